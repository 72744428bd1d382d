//! Records of the access log.

use events::DecodeError;
use events::access::RequestServed;

use crate::samples::{self, envelope, id, noon};

pub fn request() -> RequestServed {
    RequestServed {
        at: noon(),
        request_id: "req_0199d3a0-0000-7000-8000-000000000000".to_owned(),
        method: "GET".to_owned(),
        route: "/api/v1/sessions/{id}".to_owned(),
        status: 200,
        first_byte_micros: 900,
        duration_micros: 1_200,
        bytes: 512,
        tenant_id: Some(id("ten", 2)),
        user_id: Some(id("usr", 4)),
        network: "203.0.113.0/24".to_owned(),
        agent: "firefox".to_owned(),
    }
}

#[test]
fn a_request_comes_back() {
    let nobody = RequestServed { tenant_id: None, user_id: None, ..request() };
    for request in [request(), nobody] {
        assert_eq!(RequestServed::decode(&request.encode().unwrap()).unwrap(), request);
    }
}

#[test]
fn a_request_is_no_event_and_an_event_no_request() {
    let framed = request().encode().unwrap();
    assert!(matches!(events::decode(&framed), Err(DecodeError::Unexpected("RequestServed"))));
    let sample = &samples::all()[0];
    let event = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
    assert!(matches!(RequestServed::decode(&event), Err(DecodeError::Unexpected("UserRegistered"))));
}

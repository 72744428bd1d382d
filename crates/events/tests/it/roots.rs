//! Signed roots of the chain.

use events::DecodeError;
use events::root::RootPublished;

use crate::samples::{self, envelope, noon};

pub fn root() -> RootPublished {
    RootPublished {
        position: 10_000,
        chain_hash: vec![7; 32],
        at: noon(),
        key_id: "0123456789abcdef".to_owned(),
        signature: vec![9; 64],
    }
}

#[test]
fn a_root_comes_back() {
    assert_eq!(RootPublished::decode(&root().encode().unwrap()).unwrap(), root());
}

#[test]
fn a_root_is_no_event_and_an_event_no_root() {
    let framed = root().encode().unwrap();
    assert!(matches!(events::decode(&framed), Err(DecodeError::Unexpected("RootPublished"))));
    assert!(matches!(events::decode_stream(&framed), Err(DecodeError::Unexpected("RootPublished"))));
    let sample = &samples::all()[0];
    let event = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
    assert!(matches!(RootPublished::decode(&event), Err(DecodeError::Unexpected("UserRegistered"))));
}

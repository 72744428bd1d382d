//! What must never become a record, and what is not one.

use events::{DecodeError, EncodeError};
use serde_json::{Value, json};

use crate::samples::{self, envelope};

fn renamed(extra: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut payload = json!({"session_id": "ses_0199d3a0-0000-7000-8000-000000000003"});
    payload.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    events::latest("SessionRenamed").unwrap().encode(&envelope(), &payload)
}

#[test]
fn personal_data_in_the_clear_is_refused() {
    for part in ["private", "private_files"] {
        let error = renamed(&json!({part: {"old": "a secret", "new": "another"}})).unwrap_err();
        assert!(matches!(error, EncodeError::Unsealed("SessionRenamed")));
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn a_field_that_the_schema_does_not_know_is_refused() {
    assert!(matches!(renamed(&json!({"colour": "red"})).unwrap_err(), EncodeError::Mismatch { .. }));
}

#[test]
fn a_missing_field_is_refused() {
    let contract = events::latest("SessionRenamed").unwrap();
    assert!(matches!(contract.encode(&envelope(), &json!({})).unwrap_err(), EncodeError::Mismatch { .. }));
    assert!(matches!(contract.encode(&envelope(), &json!([])).unwrap_err(), EncodeError::NotAnObject(_)));
}

#[test]
fn sealed_bytes_that_are_not_base64_are_refused() {
    assert!(matches!(renamed(&json!({"sealed": "no!", "key_id": "k"})).unwrap_err(), EncodeError::Mismatch { .. }));
}

#[test]
fn a_number_that_does_not_fit_is_refused() {
    let contract = events::latest("GenerationQueued").unwrap();
    let sample = samples::all().into_iter().find(|sample| sample.event_type == "GenerationQueued").unwrap();
    for place in [json!(i64::from(i32::MAX) + 1), json!(u64::MAX), json!(1.5)] {
        let mut payload = sample.sealed.clone();
        payload["place"] = place;
        assert!(contract.encode(&envelope(), &payload).is_err());
    }
}

#[test]
fn bytes_that_are_no_record_are_told_apart() {
    let sample = &samples::all()[0];
    let framed = sample.contract().encode(&envelope(), &sample.sealed).unwrap();

    assert!(matches!(events::decode(&[]), Err(DecodeError::NotFramed)));
    assert!(matches!(events::decode(&framed[..4]), Err(DecodeError::NotFramed)));
    assert!(matches!(events::decode(&[1, 0, 0, 0, 1, 2]), Err(DecodeError::NotFramed)));
    assert!(matches!(events::decode(&[0, 255, 0, 0, 1, 2]), Err(DecodeError::UnknownSchema(0xff00_0001))));
    assert!(matches!(events::decode(&[framed.as_slice(), &[0]].concat()), Err(DecodeError::TrailingBytes(_))));
}

#[test]
fn a_record_that_was_cut_anywhere_is_an_error_and_never_a_panic() {
    for sample in samples::all() {
        let framed = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
        for end in 0..framed.len() {
            assert!(events::decode(&framed[..end]).is_err(), "{} cut at {end}", sample.event_type);
        }
    }
}

//! An event goes through Avro and comes back as the same event of the domain.

use std::collections::BTreeSet;

use domain::{inspection, project, session, tenant, user};

use crate::samples::{self, Sample, envelope};

#[test]
fn every_event_of_the_domain_has_a_full_sample_and_a_schema() {
    let domain = [
        ("user", user::Event::TYPES),
        ("project", project::Event::TYPES),
        ("tenant", tenant::Event::TYPES),
        ("session", session::Event::TYPES),
        ("inspection", inspection::Event::TYPES),
    ];
    let domain: BTreeSet<_> = domain.iter().flat_map(|(a, types)| types.iter().map(move |t| (*a, *t))).collect();

    let full = samples::all().into_iter().filter(|sample| !sample.bare);
    assert_eq!(full.map(|s| (s.aggregate, s.event_type)).collect::<BTreeSet<_>>(), domain);

    let schemas = events::all().filter(|contract| contract.is_event());
    assert_eq!(schemas.map(|c| (c.aggregate, c.event_type)).collect::<BTreeSet<_>>(), domain);
}

/// Nothing is lost and nothing is added: the fields of struct and schema are the same, in both directions.
#[test]
fn a_full_event_comes_back_as_it_was_stored() {
    for Sample { event_type, sealed, .. } in samples::all().into_iter().filter(|sample| !sample.bare) {
        let record = there_and_back(event_type, &sealed);
        assert_eq!(record.payload, sealed, "{event_type}");
        assert_eq!(record.event_type, event_type);
        assert_eq!(record.envelope, envelope());
    }
}

#[test]
fn every_event_comes_back_into_the_domain() {
    for sample in samples::all() {
        let record = there_and_back(sample.event_type, &sample.sealed);
        assert!(sample.is_again(record.payload), "{}", sample.event_type);
    }
}

#[test]
fn null_and_absent_are_the_same_bytes() {
    for sample in samples::all() {
        let mut thin = sample.sealed.clone();
        thin.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let mut thick = sample.sealed.clone();
        for part in ["private", "private_files"] {
            thick.as_object_mut().unwrap().insert(part.to_owned(), serde_json::Value::Null);
        }

        let encode = |payload| sample.contract().encode(&envelope(), payload).unwrap();
        assert_eq!(encode(&thin), encode(&sample.sealed), "{}", sample.event_type);
        assert_eq!(encode(&thick), encode(&sample.sealed), "{}", sample.event_type);
    }
}

#[test]
fn what_was_decoded_encodes_to_the_same_digest() {
    for sample in samples::all() {
        let framed = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
        let record = events::decode(&framed).unwrap();
        let again = events::by_id(record.schema_id).unwrap().encode(&record.envelope, &record.payload).unwrap();
        assert_eq!(events::digest(&again), events::digest(&framed), "{}", sample.event_type);
    }
}

#[test]
fn an_envelope_may_lack_its_cause() {
    let envelope = events::Envelope { causation_id: None, actor: "sweeper".to_owned(), ..envelope() };
    let sample = &samples::all()[0];
    let framed = sample.contract().encode(&envelope, &sample.sealed).unwrap();
    assert_eq!(events::decode(&framed).unwrap().envelope, envelope);
}

fn there_and_back(event_type: &str, payload: &serde_json::Value) -> events::Record {
    let framed = events::latest(event_type).unwrap().encode(&envelope(), payload).unwrap();
    events::decode(&framed).unwrap()
}

//! Bytes that were written once must be read for ever. One file per schema version, in hex.

use std::path::PathBuf;

use events::Contract;
use events::stream::Kind;

use crate::samples::{self, envelope};

fn file(contract: &Contract) -> PathBuf {
    let name = format!("{}.v{}.hex", contract.subject, contract.version);
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// What is written today; the newest version of each subject.
fn written() -> impl Iterator<Item = (&'static Contract, Vec<u8>)> {
    let chunk = (events::latest(events::stream::CHUNK).unwrap(), super::chunks::chunk(Kind::Code).encode().unwrap());
    let root = (events::latest(events::root::ROOT).unwrap(), super::roots::root().encode().unwrap());
    let request = (events::latest(events::access::REQUEST).unwrap(), super::requests::request().encode().unwrap());
    let full = samples::all().into_iter().filter(|sample| !sample.bare);
    full.map(|s| (s.contract(), s.contract().encode(&envelope(), &s.sealed).unwrap())).chain([chunk, root, request])
}

#[test]
fn what_is_written_today_is_what_was_written_then() {
    let mut new = Vec::new();
    for (contract, framed) in written() {
        let framed = hex::encode(framed);
        match std::fs::read_to_string(file(contract)) {
            Ok(golden) => assert_eq!(framed, golden.trim(), "{contract:?} writes other bytes under the same id"),
            Err(_) => {
                std::fs::write(file(contract), framed + "\n").unwrap();
                new.push(contract);
            }
        }
    }
    assert!(new.is_empty(), "golden bytes were missing and are written now; look at them and keep them: {new:?}");
}

#[test]
fn every_version_ever_written_is_still_read() {
    for contract in events::all() {
        let golden = std::fs::read_to_string(file(contract)).unwrap_or_else(|_| panic!("golden bytes of {contract:?}"));
        let framed = hex::decode(golden.trim()).unwrap();
        assert_eq!(framed[1..5], contract.id.to_be_bytes());
        if contract.event_type == events::root::ROOT {
            events::root::RootPublished::decode(&framed).unwrap_or_else(|error| panic!("{contract:?}: {error}"));
        } else if contract.event_type == events::access::REQUEST {
            events::access::RequestServed::decode(&framed).unwrap_or_else(|error| panic!("{contract:?}: {error}"));
        } else {
            events::decode_stream(&framed).unwrap_or_else(|error| panic!("{contract:?}: {error}"));
        }
    }
}

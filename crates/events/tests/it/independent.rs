//! Another Avro library reads our bytes with nothing but the schema that the registry serves.

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Avro;

use crate::samples::{self, envelope};

fn read(contract: &events::Contract, framed: &[u8]) -> Vec<(String, Avro)> {
    let schema = Schema::parse_str(&contract.json).unwrap_or_else(|error| panic!("{contract:?}: {error}"));
    let mut datum = &framed[5..];
    let value = GenericDatumReader::builder(&schema).build().unwrap().read_value(&mut datum).unwrap();
    let Avro::Record(fields) = value else { panic!("not a record") };
    assert!(datum.is_empty(), "{contract:?}: bytes are left");
    fields
}

#[test]
fn every_event_is_read() {
    for sample in samples::all() {
        let framed = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
        let fields = read(sample.contract(), &framed);
        let Avro::Record(envelope) = &fields[0].1 else { panic!("no envelope") };
        assert_eq!(envelope[5], ("occurred_at".to_owned(), Avro::TimestampMicros(samples::noon().timestamp_micros())));
    }
}

#[test]
fn sealed_parts_are_bytes_there_and_not_base64() {
    let sample = samples::all().into_iter().find(|sample| sample.event_type == "MessagePosted").unwrap();
    let framed = sample.contract().encode(&envelope(), &sample.sealed).unwrap();
    let fields = read(sample.contract(), &framed);

    let sealed = fields.iter().find(|(name, _)| name == "sealed").map(|(_, value)| value).unwrap();
    let Avro::Union(1, sealed) = sealed else { panic!("not sealed: {sealed:?}") };
    let Avro::Bytes(bytes) = sealed.as_ref() else { panic!("not bytes: {sealed:?}") };
    assert!(bytes.starts_with(b"\x00\xff{"));
}

#[test]
fn a_chunk_is_read() {
    let framed = super::chunks::chunk(events::stream::Kind::Code).encode().unwrap();
    let fields = read(events::latest(events::stream::CHUNK).unwrap(), &framed);
    assert_eq!(fields[8].1, Avro::Bytes(vec![0, 1, 254, 255]));
}

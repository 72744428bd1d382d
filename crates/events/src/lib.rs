//! The Avro contracts of every event: what other programs read from Kafka, in any language.
//!
//! A schema is a file of `schemas/avro`; its id stands in `ids.lock`, the same everywhere and for
//! ever. Values travel in the Confluent wire format. An event's payload is the JSON object of the
//! event store, written straight into Avro: there is no second set of structs to keep in step.
//!
//! **Invariant:** nothing personal is encoded in the clear: `private` and `private_files` are refused.

pub mod access;
mod check;
pub mod compatibility;
mod contract;
mod envelope;
mod error;
mod folder;
mod frame;
mod lock;
mod record;
mod registry;
mod release;
pub mod root;
mod schema;
pub mod stream;
mod upcast;
mod value;

pub use check::{Problem, check};
pub use contract::Contract;
pub use envelope::Envelope;
pub use error::{DecodeError, EncodeError};
pub use folder::Folder;
pub use record::{Record, StreamRecord, decode, decode_stream, digest};
pub use registry::{LoadError, Registry, all, by_id, latest, registry, releases};
pub use release::{Release, freeze};
pub use schema::fingerprint;

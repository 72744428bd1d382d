//! Kafka as Atelier uses it: producers that lose nothing, consumers that skip nothing, dead letters.
//!
//! **Invariant:** correctness never rests on Kafka transactions. A producer is idempotent and tells what became
//! of every record; a consumer's committed offset stays below its oldest unfinished record, so that a crash
//! repeats records and never skips one. Whoever consumes must bear a repeat.
//!
//! **Invariant:** partition counts never change, and every producer places a key as Java's clients do.

pub mod acls;
pub mod admin;
mod config;
mod connection;
mod consumer;
mod error;
pub mod headers;
mod partitioner;
mod producer;
mod reader;
mod record;
mod topics;

pub use config::{Config, ConsumerConfig, ProducerConfig};
pub use connection::{Voice, client};
pub use consumer::{Assignment, Consumer, Work};
pub use error::Error;
pub use headers::Headers;
pub use partitioner::partition_of;
pub use producer::{Delivery, Hears, Message, Placed, Producer, Report};
pub use reader::{Reader, Start};
pub use record::{Partition, Record};
pub use topics::{Declaration, Kept, Topics, declared};

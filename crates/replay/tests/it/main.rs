//! The log as it stands in real Kafka topics: whole, repeated, torn and foreign.

mod exporting;
mod reading;
mod topics;

//! The bus on a real Kafka.

#![allow(clippy::maybe_infinite_iter, reason = "it reads well in a story")]
#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod broker;
mod committing;
mod group;
mod letters;
mod ordering;
mod outage;
mod reading;
mod sending;
mod settings;
mod topics;

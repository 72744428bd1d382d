//! Generation workers: a request in, a model's answer out, as chunks on the session's stream.
//!
//! A worker does not know who watches. It claims an attempt, publishes what the model says, and ends
//! the attempt with one event; a crash at any await leaves the request to be taken over.

mod answer;
mod attempt;
mod budget;
mod config;
mod control;
mod early;
mod error;
mod lease;
mod notes;
mod publisher;
mod report;
mod request;
mod worker;

pub use config::Config;
pub use worker::{Parts, serve};

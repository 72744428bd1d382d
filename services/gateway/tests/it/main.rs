//! The front door on a real write side, a real auth, a real Postgres and a real Redis. No projector runs here, so
//! what was written is not read back: the whole way round is told in `e2e`.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod accounts;
mod alone;
mod bad_input;
mod browser;
mod contract;
mod factors;
mod headers;
mod house;
mod limits;
mod recovering;
mod serving;
mod web_ui;
mod writes;

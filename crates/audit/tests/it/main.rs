//! The log between a real Postgres and a real Kafka, and somebody who changes it.

#![allow(clippy::disallowed_methods, reason = "a test's tasks end with its runtime")]

mod office;
mod reconciling;
mod verifying;

use office::Office;

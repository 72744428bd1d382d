//! Whether the log is what was appended, and whether everybody has the same log.
//!
//! [`verify()`] walks the log in its order, encodes each row again and recomputes the chain: it names the first
//! wrong event. [`reconcile()`] compares it with the topics and with each read model. Both only read, and both work beside a running system.

mod copy;
mod error;
mod finding;
pub mod reconcile;
pub mod verify;

pub use error::Error;
pub use finding::{Finding, Wrong};
pub use reconcile::{Difference, Reconciled, reconcile};
pub use verify::{Progress, Range, Report, verify};

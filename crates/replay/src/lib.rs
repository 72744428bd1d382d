//! The domain topics read as one log: chosen, decoded, each event once, in the order of the log if asked;
//! and written to files that other tools query.
//!
//! **Invariant:** nothing is skipped in silence. A record that cannot be read is an error that names its place.

mod avro;
mod beside;
mod choice;
mod columns;
mod entry;
mod error;
mod export;
mod log;
mod opening;
mod order;
mod table;

pub use choice::Choice;
pub use entry::Entry;
pub use error::{Error, Unreadable};
pub use export::{Export, Format};
pub use log::{Log, Until};
pub use opening::open_all;
pub use order::{Order, ROOM};

//! Kafka to the browser: what happens in a session, as server-sent events, live and from any point of the past.
//!
//! A partition of `session-stream` is followed while somebody watches one of its sessions. Records rest in
//! memory as they came; the first watcher who needs one decodes it and renders its frame, all others send
//! the same bytes. A watcher is a place in that memory, so it owns no buffer: one that is too far behind is
//! cut, and one that starts before the memory begins is caught up from Kafka.
//!
//! **Invariant:** nobody's stream carries a record of another session, whatever cursor they send.
//! **Invariant:** per record nothing asks Postgres or Redis; keys come from their cache.

mod caller;
mod catch_up;
mod compact;
mod config;
mod cursor;
mod decode;
mod edge;
mod entry;
mod feed;
mod frame;
mod http;
mod item;
mod limits;
mod log;
mod memory;
mod milestone;
mod partition;
mod piece;
mod progress;
mod refusal;
mod resolve;
mod sessions;
mod stall;
mod start;
mod stored;
mod stream;
mod tail;

pub use caller::Caller;
pub use config::Config;
pub use cursor::{BadCursor, Cursor, Epoch};
pub use edge::{Edge, Error, Parts};
pub use http::respond;
pub use refusal::Refusal;
pub use sessions::{Active, Commands, Sessions, Standing};
pub use stall::StallGuard;
pub use start::Start;

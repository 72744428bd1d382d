//! What makes the log tamper-evident: each stored row has the digest of its record, each position has a link
//! over the one before it, and every so often a signed root says "this far, and it was so".
//!
//! The relay writes the chain and `atelier audit verify` recomputes it; both do it with what is here.

mod config;
mod link;
mod root;
mod row;

pub use config::Config;
pub use link::{GENESIS, Link};
pub use root::{KeyError, Root, RootFault, Signer, TrustedKeys};
pub use row::{COLUMNS, Encoded, EventRow, RowFault};

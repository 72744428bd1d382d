//! Changes to files: what a model or a person did to one path.

use serde::{Deserialize, Serialize};

/// The largest file that travels inline in an event, in bytes of UTF-8 (design, section 5).
pub const MAX_FILE_BYTES: usize = 256 * 1024;

/// What one event may carry in all files together, in bytes of UTF-8: with base64 and framing it stays
/// below what Kafka takes as one record.
pub const MAX_CHANGE_BYTES: usize = 8 * 1024 * 1024;

/// What was done to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOp {
    Create,
    Patch,
    Rename,
    Delete,
}

/// One file operation of a version; a version is the fold of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Relative to the project root, `/` between parts.
    pub path: String,
    pub op: FileOp,
    /// The whole new content; `None` for a deletion, or a rename that keeps the content.
    pub content: Option<String>,
    /// SHA-256 of the content in hex, so that a reader can check it.
    pub sha256: Option<String>,
    /// The path before a rename.
    pub from: Option<String>,
}

//! What an answer does to the files of a project.

use serde::{Deserialize, Serialize};

/// One operation on one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Where the file is afterwards, relative to the project root.
    pub path: String,
    pub op: FileOp,
    /// The whole content afterwards, also of a patched or renamed file; none only when deleted.
    pub content: Option<String>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOp {
    /// The model wrote the whole file, whether or not there was one before.
    Create,
    /// The model changed parts of an existing file by search and replace.
    Patch,
    /// The file moved; its content may have changed on the way.
    Rename { from: String },
    /// The file is gone.
    Delete,
}

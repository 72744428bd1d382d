//! What a model can get wrong without the answer being lost.

use serde::{Deserialize, Serialize};

use crate::BadPath;

/// Something in the answer that could not be done. The file concerned is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub enum Problem {
    /// The answer ended inside this file, or began another one there. What was there is kept.
    #[error("{path} was not finished")]
    Unclosed { path: String },

    /// The fence names a path we do not accept; its block was shown as prose.
    #[error("a file was refused: {why}")]
    BadPath { why: String },

    /// The text to replace is not in the file.
    #[error("edit {block} of {path} does not match the file")]
    NoMatch {
        path: String,
        /// Which search/replace block of the fence, from 1.
        block: usize,
    },

    /// The text to replace is in the file more than once.
    #[error("edit {block} of {path} matches in several places")]
    Ambiguous { path: String, block: usize },

    /// An edit, rename or delete of a file that does not exist.
    #[error("{path} does not exist")]
    NoSuchFile { path: String },

    /// A comment stands where code was left out ("... rest of the code").
    #[error("{path} leaves out code in line {line}")]
    Elided {
        path: String,
        /// From 1.
        line: usize,
    },
}

impl Problem {
    /// The stable code for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unclosed { .. } => "file_unclosed",
            Self::BadPath { .. } => "file_bad_path",
            Self::NoMatch { .. } => "edit_no_match",
            Self::Ambiguous { .. } => "edit_ambiguous",
            Self::NoSuchFile { .. } => "file_missing",
            Self::Elided { .. } => "file_elided",
        }
    }

    /// The file concerned; a refused path is not repeated.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::BadPath { .. } => None,
            Self::Unclosed { path }
            | Self::NoMatch { path, .. }
            | Self::Ambiguous { path, .. }
            | Self::NoSuchFile { path }
            | Self::Elided { path, .. } => Some(path),
        }
    }
}

impl From<BadPath> for Problem {
    fn from(why: BadPath) -> Self {
        Self::BadPath { why: why.to_string() }
    }
}

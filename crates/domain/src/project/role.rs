use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::tenant::UnknownName;

/// What somebody may do in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    /// Everything; each project has one.
    Owner,
    /// Works in it: opens conversations, asks, stops, brings files in.
    Editor,
    /// Reads, and watches answers as they come.
    Viewer,
}

impl ProjectRole {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Editor, Self::Viewer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    /// Whether it may change what is in the project.
    pub const fn works(self) -> bool {
        matches!(self, Self::Owner | Self::Editor)
    }
}

impl fmt::Display for ProjectRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProjectRole {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| UnknownName::of(&Self::ALL.map(Self::as_str)))
    }
}

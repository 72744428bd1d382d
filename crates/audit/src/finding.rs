//! What is wrong, and where.

use std::fmt;

use serde::Serialize;

/// The first place where the log is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub position: i64,
    pub event_id: Option<String>,
    /// The aggregate's id.
    pub aggregate: Option<String>,
    pub sequence: Option<i64>,
    pub wrong: Wrong,
    /// For people.
    pub detail: String,
}

/// What is wrong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// The row is not the one that was appended.
    AlteredRow,
    /// The log names an event that is not stored.
    MissingRow,
    /// A stored event has no position, although the relay has passed it.
    UnloggedRow,
    /// The log names another event, or another hash, than when it was written.
    ChangedLog,
    /// A position is not in the log.
    MissingPosition,
    /// The log ends before a place that it had reached.
    TruncatedLog,
    /// An event of the aggregate is missing before this one.
    SequenceGap,
    /// The aggregate had this event before.
    SequenceRepeat,
    /// A signed root does not fit, or is not signed by whom it says.
    WrongRoot,
}

impl Wrong {
    pub const fn text(self) -> &'static str {
        match self {
            Self::AlteredRow => "altered row",
            Self::MissingRow => "missing row",
            Self::UnloggedRow => "row without a position",
            Self::ChangedLog => "changed log entry",
            Self::MissingPosition => "missing position",
            Self::TruncatedLog => "truncated log",
            Self::SequenceGap => "gap in a sequence",
            Self::SequenceRepeat => "repeat in a sequence",
            Self::WrongRoot => "wrong root",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "position {}: {}", self.position, self.wrong.text())?;
        if let Some(event) = &self.event_id {
            write!(f, ", {event}")?;
        }
        if let (Some(aggregate), Some(sequence)) = (&self.aggregate, self.sequence) {
            write!(f, " (event {sequence} of {aggregate})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

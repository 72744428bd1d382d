//! `ids.lock`: which id every version of every schema has, for ever.

use crate::{Contract, LoadError};

/// One line: `<id> <subject> <version> <SHA-256 of the canonical schema, hex>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub id: u32,
    pub subject: &'static str,
    pub version: u32,
    pub sha256: &'static str,
}

impl Line {
    /// Whether the contract has this id, subject, version and meaning.
    pub fn is_of(&self, contract: &Contract) -> bool {
        (self.id, self.subject, self.version) == (contract.id, contract.subject, contract.version)
            && self.sha256 == contract.fingerprint()
    }
}

/// The lines of the file; `#` begins a comment. An id or a version that appears twice is an error.
pub fn parse(text: &'static str) -> Result<Vec<Line>, LoadError> {
    let mut lines: Vec<Line> = Vec::new();
    for text in text.lines().map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('#')) {
        let line = line(text).ok_or(LoadError::BadLine(text))?;
        let taken = |l: &Line| l.id == line.id || (l.subject, l.version) == (line.subject, line.version);
        if lines.iter().any(taken) {
            return Err(LoadError::Twice(text));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn line(text: &'static str) -> Option<Line> {
    let mut words = text.split_whitespace();
    let line = Line {
        id: words.next()?.parse().ok()?,
        subject: words.next()?,
        version: words.next()?.parse().ok()?,
        sha256: words.next()?,
    };
    words.next().is_none().then_some(line)
}

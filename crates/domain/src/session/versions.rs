//! The files of a session at every version, by folding its events. Never stored as a separate truth.

use std::collections::BTreeMap;

use crate::{FileChange, FileOp};

use super::event::Event;

/// Path to content.
pub type Files = BTreeMap<String, String>;

/// Every version of a session's files, numbered from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    versions: Vec<Files>,
}

impl Versions {
    /// The files at the newest version; empty before the first.
    pub fn head(&self) -> Files {
        self.versions.last().cloned().unwrap_or_default()
    }

    /// The files at version `number`.
    pub fn at(&self, number: u32) -> Option<&Files> {
        self.versions.get((number as usize).checked_sub(1)?)
    }

    pub const fn count(&self) -> usize {
        self.versions.len()
    }

    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::GenerationCompleted(e) => self.changed(e.number, e.private_files.as_deref()),
            Event::GenerationFailed(e) => self.changed(e.number, e.private_files.as_deref()),
            Event::GenerationCancelled(e) => self.changed(e.number, e.private_files.as_deref()),
            Event::FilesImported(e) => self.changed(Some(e.number), e.private_files.as_deref()),
            Event::VersionRestored(e) => {
                let restored = self.at(e.restored as u32).cloned().unwrap_or_default();
                self.versions.push(restored);
            }
            _ => {}
        }
    }

    /// Erased changes still make a version, so that the numbers stay true.
    fn changed(&mut self, number: Option<i32>, changes: Option<&[FileChange]>) {
        if number.is_some() {
            let mut files = self.head();
            changes.unwrap_or_default().iter().for_each(|change| apply_change(&mut files, change));
            self.versions.push(files);
        }
    }
}

fn apply_change(files: &mut Files, change: &FileChange) {
    let before = match (change.op, &change.from) {
        (FileOp::Rename, Some(from)) => files.remove(from),
        (FileOp::Delete, _) => {
            files.remove(&change.path);
            return;
        }
        _ => None,
    };
    if let Some(content) = change.content.clone().or(before) {
        files.insert(change.path.clone(), content);
    }
}

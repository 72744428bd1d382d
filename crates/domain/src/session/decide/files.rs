//! Files: brought in, restored, and never larger than they may be.

use std::collections::BTreeMap;

use crate::{FileChange, MAX_CHANGE_BYTES, MAX_FILE_BYTES, Rejection, UserId, validate_path};

use super::Decision;
use crate::session::MAX_IMPORT_FILES;
use crate::session::event::{FilesImported, VersionRestored};
use crate::session::state::Session;

impl Session {
    pub(super) fn import(&self, by: UserId, base_version: u32, changes: Vec<FileChange>) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        self.require_head(base_version)?;
        if changes.is_empty() || changes.len() > MAX_IMPORT_FILES {
            return Err(Rejection::InvalidFile(format!("an import carries 1 to {MAX_IMPORT_FILES} files")));
        }
        let changes = normalised(changes)?;
        require_inline(&changes)?;
        Ok(vec![
            FilesImported {
                session_id,
                by,
                base_version: base_version as i32,
                number: self.head as i32 + 1,
                private_files: Some(changes),
            }
            .into(),
        ])
    }

    pub(super) fn restore(&self, by: UserId, version: u32) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        if version == 0 || version > self.head {
            return Err(Rejection::UnknownVersion(version));
        }
        if version == self.head {
            return Ok(vec![]);
        }
        let (old, restored) = (self.head as i32, version as i32);
        Ok(vec![VersionRestored { session_id, by, old, restored, number: old + 1 }.into()])
    }

    pub(super) fn require_head(&self, base: u32) -> Result<(), Rejection> {
        if base == self.head { Ok(()) } else { Err(Rejection::StaleBase { base, head: self.head }) }
    }

    pub(super) fn next_number(&self, changes: &[FileChange]) -> Result<Option<i32>, Rejection> {
        require_inline(changes)?;
        Ok((!changes.is_empty()).then_some(self.head as i32 + 1))
    }
}

fn require_inline(changes: &[FileChange]) -> Result<(), Rejection> {
    let sizes = || changes.iter().map(|change| (change, change.content.as_ref().map_or(0, String::len)));
    if let Some((change, _)) = sizes().find(|(_, size)| *size > MAX_FILE_BYTES) {
        return Err(Rejection::InvalidFile(format!("{} is larger than {MAX_FILE_BYTES} bytes", change.path)));
    }
    let all: usize = sizes().map(|(_, size)| size).sum();
    if all > MAX_CHANGE_BYTES {
        return Err(Rejection::InvalidFile(format!("the files are larger than {MAX_CHANGE_BYTES} bytes together")));
    }
    Ok(())
}

/// What a person sends in is under one normal name each, and no name twice.
fn normalised(changes: Vec<FileChange>) -> Result<Vec<FileChange>, Rejection> {
    let mut named = BTreeMap::new();
    for change in changes {
        let path = validate_path(&change.path).map_err(|bad| Rejection::InvalidFile(bad.to_string()))?;
        if named.insert(path.clone(), FileChange { path, ..change }).is_some() {
            return Err(Rejection::InvalidFile("a path is there twice".to_owned()));
        }
    }
    Ok(named.into_values().collect())
}

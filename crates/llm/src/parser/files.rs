//! The files as the answer leaves them, one operation after the other.

use std::collections::BTreeMap;

use super::{
    Problem,
    draft::Draft,
    edits::{self, Edits, Mismatch},
    elision,
    fence::Op,
};
use crate::{FileChange, FileOp};

pub(super) struct Files(BTreeMap<String, String>);

impl Files {
    pub fn new(base: BTreeMap<String, String>) -> Self {
        Self(base)
    }

    /// Does what the fence says. None when nothing would change.
    pub fn apply(&mut self, draft: Draft) -> Result<Option<FileChange>, Problem> {
        let change = match &draft.op {
            Op::Delete => self.delete(&draft)?,
            Op::Rename { from } => self.rename(&draft, from)?,
            Op::Write => self.write(&draft)?,
        };
        Ok(change.filter(|change| self.keep(change)))
    }

    fn delete(&self, draft: &Draft) -> Result<Option<FileChange>, Problem> {
        self.existing(&draft.path)?;
        Ok(Some(FileChange { path: draft.path.clone(), op: FileOp::Delete, content: None }))
    }

    fn rename(&self, draft: &Draft, from: &str) -> Result<Option<FileChange>, Problem> {
        let old = self.existing(from)?;
        let content = match draft.edit {
            None => old.clone(),
            Some(true) => patched(&draft.path, old, &draft.body)?,
            Some(false) => whole(&draft.path, old, &draft.body)?,
        };
        let op = FileOp::Rename { from: from.to_owned() };
        Ok(Some(FileChange { path: draft.path.clone(), op, content: Some(content) }))
    }

    fn write(&self, draft: &Draft) -> Result<Option<FileChange>, Problem> {
        let old = self.0.get(&draft.path);
        let (op, content) = if draft.edit == Some(true) {
            (FileOp::Patch, self.patch(draft)?)
        } else {
            (FileOp::Create, whole(&draft.path, old.map_or("", String::as_str), &draft.body)?)
        };
        Ok(Some(FileChange { path: draft.path.clone(), op, content: Some(content) }))
    }

    /// An edit of a file that does not exist is one of an empty file, if it searches for nothing.
    fn patch(&self, draft: &Draft) -> Result<String, Problem> {
        let old = self.0.get(&draft.path);
        if old.is_none() && edits::read(&draft.body).iter().any(|edit| !edit.searches_nothing()) {
            return Err(Problem::NoSuchFile { path: draft.path.clone() });
        }
        patched(&draft.path, old.map_or("", String::as_str), &draft.body)
    }

    fn existing(&self, path: &str) -> Result<&String, Problem> {
        self.0.get(path).ok_or_else(|| Problem::NoSuchFile { path: path.to_owned() })
    }

    /// Remembers the change; false if it changed nothing.
    fn keep(&mut self, change: &FileChange) -> bool {
        if let FileOp::Rename { from } = &change.op {
            let moved = self.0.remove(from) != change.content || *from != change.path;
            self.0.insert(change.path.clone(), change.content.clone().unwrap_or_default());
            return moved;
        }
        match &change.content {
            Some(content) => self.0.insert(change.path.clone(), content.clone()).as_ref() != Some(content),
            None => self.0.remove(&change.path).is_some(),
        }
    }
}

fn whole(path: &str, old: &str, body: &str) -> Result<String, Problem> {
    refuse_elision(path, old, body)?;
    Ok(body.to_owned())
}

fn patched(path: &str, old: &str, body: &str) -> Result<String, Problem> {
    let edits: Edits = edits::read(body);
    if edits.is_empty() {
        return Err(Problem::NoMatch { path: path.to_owned(), block: 1 });
    }
    let new = edits::apply(old, &edits).map_err(|(block, mismatch)| {
        let path = path.to_owned();
        match mismatch {
            Mismatch::Nowhere => Problem::NoMatch { path, block },
            Mismatch::Several => Problem::Ambiguous { path, block },
        }
    })?;
    refuse_elision(path, old, &new)?;
    Ok(new)
}

fn refuse_elision(path: &str, old: &str, new: &str) -> Result<(), Problem> {
    match elision::find(old, new) {
        Some(line) => Err(Problem::Elided { path: path.to_owned(), line }),
        None => Ok(()),
    }
}

//! What a list of file operations comes to, path by path.

use std::collections::BTreeMap;

use domain::{FileChange, FileOp};

/// What one path has after all operations of one version: the first of `sources` that had a content in the
/// version before, else `written`, else nothing. Moving a file that is not there moves nothing, and only
/// the version before knows what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Net<'a> {
    pub sources: Vec<&'a str>,
    pub written: Option<Written<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub op: FileOp,
    pub content: &'a str,
    pub sha256: Option<&'a str>,
}

/// Paths that the operations do not name do not appear.
pub(super) fn net(changes: &[FileChange]) -> BTreeMap<&str, Net<'_>> {
    let mut paths = BTreeMap::new();
    for change in changes {
        apply(&mut paths, change);
    }
    paths
}

fn apply<'a>(paths: &mut BTreeMap<&'a str, Net<'a>>, change: &'a FileChange) {
    let path = change.path.as_str();
    let moved = match (change.op, change.from.as_deref()) {
        (FileOp::Delete, _) => {
            paths.insert(path, Net::default());
            return;
        }
        (FileOp::Rename, Some(from)) => paths.insert(from, Net::default()).unwrap_or_else(|| Net::before(from)),
        _ => Net::default(),
    };
    let (op, sha256) = (change.op, change.sha256.as_deref());
    let written = change.content.as_deref().map(|content| Written { op, content, sha256 });
    let net = match written {
        Some(_) => Net { sources: Vec::new(), written },
        None => moved.or(paths.remove(path).unwrap_or_else(|| Net::before(path))),
    };
    paths.insert(path, net);
}

impl<'a> Net<'a> {
    fn before(path: &'a str) -> Self {
        Self { sources: vec![path], written: None }
    }

    /// This, or if it is nothing, the other.
    fn or(mut self, other: Self) -> Self {
        if self.written.is_none() {
            self.sources.extend(other.sources);
            self.written = other.written;
        }
        self
    }

    /// Whether `path` has what it had.
    pub(super) fn is_unchanged(&self, path: &str) -> bool {
        self.sources == [path] && self.written.is_none()
    }
}

pub(super) const fn name(op: FileOp) -> &'static str {
    match op {
        FileOp::Create => "create",
        FileOp::Patch => "patch",
        FileOp::Rename => "rename",
        FileOp::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(op: FileOp, path: &str, content: Option<&str>, from: Option<&str>) -> FileChange {
        let owned = |text: &str| text.to_owned();
        FileChange { path: path.into(), op, content: content.map(owned), sha256: None, from: from.map(owned) }
    }

    #[test]
    fn a_move_takes_what_the_same_version_wrote() {
        let changes = [
            change(FileOp::Create, "a", Some("1"), None),
            change(FileOp::Rename, "b", None, Some("a")),
            change(FileOp::Rename, "c", None, Some("b")),
        ];
        let net = net(&changes);
        assert_eq!(net["c"].written.unwrap().content, "1");
        assert!(net["c"].sources.is_empty());
        assert_eq!(net["a"], Net::default());
        assert_eq!(net["b"], Net::default());
    }

    #[test]
    fn a_move_of_a_move_takes_the_first_source_or_stays_what_it_was() {
        let changes = [change(FileOp::Rename, "b", None, Some("a")), change(FileOp::Rename, "c", None, Some("b"))];
        assert_eq!(net(&changes)["c"].sources, ["a", "b", "c"]);
    }

    #[test]
    fn there_and_back_is_no_change_only_if_there_was_something() {
        let changes = [change(FileOp::Rename, "a", None, Some("b")), change(FileOp::Rename, "b", None, Some("a"))];
        assert_eq!(net(&changes)["b"].sources, ["b", "a"]);
        assert!(!net(&changes)["b"].is_unchanged("b"));
    }

    #[test]
    fn a_patch_without_a_content_changes_nothing() {
        let changes = [change(FileOp::Patch, "a", None, None)];
        assert!(net(&changes)["a"].is_unchanged("a"));
    }
}

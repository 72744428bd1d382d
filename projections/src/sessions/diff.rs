//! What changed between two versions.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::SessionId;
use serde::Serialize;
use similar::TextDiff;
use sqlx::PgConnection;

use super::versions::{File, files_at};

/// A longer text is reported as changed without its lines, which would take seconds to compare.
pub const MAX_DIFF_LINES: usize = 20_000;
/// After this long a comparison settles for a longer edit script.
const PATIENCE: Duration = Duration::from_millis(100);
/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// How one path differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    pub path: String,
    pub status: FileStatus,
    /// The usual unified form, with `a/` and `b/` headers; empty where a text is too long to compare.
    pub unified: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    Added,
    Removed,
    Modified,
}

/// The paths that differ between two versions of a session, sorted; 0 is the version without files.
/// `None`: there is no such session or version.
pub async fn diff(
    reader: &mut PgConnection,
    session: SessionId,
    from: i32,
    to: i32,
) -> sqlx::Result<Option<Vec<FileDiff>>> {
    let Some(old) = files_at(reader, session, from).await? else { return Ok(None) };
    let Some(new) = files_at(reader, session, to).await? else { return Ok(None) };
    Ok(Some(compare(&old.files, &new.files)))
}

fn compare(old: &[File], new: &[File]) -> Vec<FileDiff> {
    let mut paths: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for file in old {
        paths.entry(&file.path).or_default().0 = Some(&file.content);
    }
    for file in new {
        paths.entry(&file.path).or_default().1 = Some(&file.content);
    }
    paths.into_iter().filter_map(|(path, (old, new))| difference(path, old, new)).collect()
}

fn difference(path: &str, old: Option<&str>, new: Option<&str>) -> Option<FileDiff> {
    let status = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => FileStatus::Added,
        (Some(_), None) => FileStatus::Removed,
        (Some(old), Some(new)) if old == new => return None,
        (Some(_), Some(_)) => FileStatus::Modified,
    };
    Some(FileDiff { path: path.to_owned(), status, unified: unified(path, old, new) })
}

fn unified(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let side = |text: Option<&str>, prefix| text.map_or("/dev/null".to_owned(), |_| format!("{prefix}/{path}"));
    let (a, b) = (side(old, "a"), side(new, "b"));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    if old.lines().count().max(new.lines().count()) > MAX_DIFF_LINES {
        return String::new();
    }
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    diff.unified_diff().context_radius(CONTEXT).header(&a, &b).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> File {
        File { path: path.to_owned(), content: content.to_owned(), sha256: None }
    }

    #[test]
    fn each_path_says_how_it_differs() {
        let old = [file("gone", "1\n"), file("kept", "2\n"), file("patched", "a\nb\n")];
        let new = [file("kept", "2\n"), file("made", "3\n"), file("patched", "a\nc\n")];
        let diff = compare(&old, &new);
        let statuses: Vec<_> = diff.iter().map(|file| (file.path.as_str(), file.status)).collect();
        assert_eq!(
            statuses,
            [("gone", FileStatus::Removed), ("made", FileStatus::Added), ("patched", FileStatus::Modified)]
        );
        assert_eq!(diff[0].unified, "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n");
        assert_eq!(diff[2].unified, "--- a/patched\n+++ b/patched\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }

    #[test]
    fn a_very_long_file_is_named_without_its_lines() {
        let long = "x\n".repeat(MAX_DIFF_LINES + 1);
        let diff = compare(&[file("a", "")], &[file("a", &long)]);
        assert_eq!((diff[0].status, diff[0].unified.as_str()), (FileStatus::Modified, ""));
    }
}

//! Whether the data of a state folder is with native servers or in containers. It is never looked for in the other
//! place: that would look like a loss.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, Error, Result};
use crate::options::Source;

/// Where the data of a state folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Native,
    Containers,
}

impl Kept {
    /// As the folder says; `None`: there is no data yet.
    pub(crate) fn of(root: &Path) -> Option<Self> {
        match fs::read_to_string(note(root)).ok().as_deref() {
            Some("containers") => Some(Self::Containers),
            Some(_) => Some(Self::Native),
            // Before there was a note, only native servers kept data.
            None => ["kafka", "postgres"].iter().any(|name| root.join(name).exists()).then_some(Self::Native),
        }
    }

    /// What is to be started on this folder: as asked for, unless its data is elsewhere.
    pub(crate) fn choose(root: &Path, asked: Source, engine: bool) -> Result<Self> {
        let new = if engine { Self::Containers } else { Self::Native };
        match (Self::of(root), asked) {
            (Some(Self::Native), Source::Containers) | (Some(Self::Containers), Source::Native) => {
                Err(Error::KeptElsewhere { state: root.to_owned() })
            }
            (Some(Self::Containers), _) | (_, Source::Containers) if !engine => Err(Error::NoEngine),
            (Some(known), _) => Ok(known),
            (None, Source::Native) => Ok(Self::Native),
            (None, _) => Ok(new),
        }
    }

    /// From now on this is where the data is.
    pub(crate) fn note(self, root: &Path) -> Result<()> {
        let path = note(root);
        fs::write(&path, if self == Self::Native { "native" } else { "containers" }).at(&path)
    }
}

fn note(root: &Path) -> PathBuf {
    root.join("servers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(root: &Path, asked: Source, engine: bool) -> std::result::Result<Kept, String> {
        Kept::choose(root, asked, engine).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_folder_begins_in_containers_where_an_engine_answers_and_else_natively() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(chosen(folder.path(), Source::Auto, true), Ok(Kept::Containers));
        assert_eq!(chosen(folder.path(), Source::Auto, false), Ok(Kept::Native));
        assert_eq!(chosen(folder.path(), Source::Native, true), Ok(Kept::Native));
        assert!(chosen(folder.path(), Source::Containers, false).unwrap_err().contains("no container engine"));
    }

    #[test]
    fn data_is_where_it_was_whatever_the_machine_has_now() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("postgres")).unwrap();
        assert_eq!(chosen(folder.path(), Source::Auto, true), Ok(Kept::Native), "from before there was a note");
        assert!(chosen(folder.path(), Source::Containers, true).unwrap_err().contains("other kind"));
        Kept::Containers.note(folder.path()).unwrap();
        assert_eq!(chosen(folder.path(), Source::Auto, true), Ok(Kept::Containers));
        assert!(chosen(folder.path(), Source::Auto, false).unwrap_err().contains("no container engine"));
        assert!(chosen(folder.path(), Source::Native, true).unwrap_err().contains("other kind"));
    }
}

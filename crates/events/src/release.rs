//! What was released once: the ids and the texts that programs out there were written against.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::folder::File;
use crate::lock::{self, Line};
use crate::{Contract, LoadError, schema};

/// The name of the file of ids in a folder of schemas.
pub const IDS: &str = "ids.lock";

/// One folder of `schemas/released`: every schema of that release, self-contained, and its ids.
#[derive(Debug)]
pub struct Release {
    /// For example `0.1.0`.
    pub name: &'static str,
    pub(crate) lines: Vec<Line>,
    /// By id.
    pub(crate) schemas: BTreeMap<u32, Value>,
}

impl Release {
    pub(crate) fn load(files: &[File]) -> Result<Vec<Self>, LoadError> {
        let names: BTreeSet<_> = files.iter().filter_map(|(path, _)| Some(path.split_once('/')?.0)).collect();
        names.into_iter().map(|name| Self::one(name, files)).collect()
    }

    /// Whether this contract was released with it, as it is.
    pub fn has(&self, contract: &Contract) -> bool {
        self.lines.iter().any(|line| line.is_of(contract))
    }

    fn one(name: &'static str, files: &[File]) -> Result<Self, LoadError> {
        let text = |file: &str| {
            let path = format!("{name}/{file}");
            let found = files.iter().find(|(other, _)| *other == path);
            found.copied().ok_or_else(|| LoadError::Incomplete { release: name, file: file.to_owned() })
        };
        let lines = lock::parse(text(IDS)?.1)?;
        let mut schemas = BTreeMap::new();
        for line in &lines {
            let (path, text) = text(&file_name(line.subject, line.version))?;
            let schema: Value = serde_json::from_str(text)
                .map_err(|cause| LoadError::BadSchema { file: path, cause: cause.to_string() })?;
            if schema::fingerprint(&schema) != line.sha256 {
                return Err(LoadError::Edited { file: path });
            }
            schemas.insert(line.id, schema);
        }
        Ok(Self { name, lines, schemas })
    }
}

/// `atelier.session.SessionOpened.v1.avsc`.
fn file_name(subject: &str, version: u32) -> String {
    format!("{subject}.v{version}.avsc")
}

/// The files that freeze these contracts as a release: names and texts.
pub fn freeze<'a>(contracts: impl IntoIterator<Item = &'a Contract>) -> Vec<(String, String)> {
    let mut ids =
        "# The ids of this release. It is out in the world: nothing in this folder ever changes.\n".to_owned();
    let mut files = Vec::new();
    for contract in contracts {
        let schema: Value = serde_json::from_str(&contract.json).unwrap_or_default(); // parsed once when it was loaded
        let (subject, version) = (contract.subject, contract.version);
        ids.push_str(&format!("{} {subject} {version} {}\n", contract.id, schema::fingerprint(&schema)));
        files.push((file_name(subject, version), format!("{schema:#}\n")));
    }
    files.push((IDS.to_owned(), ids));
    files
}

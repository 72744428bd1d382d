//! All contracts of this build, found by id or by event type.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

use crate::folder::File;
use crate::lock::{self, Line};
use crate::release::IDS;
use crate::schema::{self, Shared};
use crate::{Contract, Release};

mod files {
    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

/// The contract that new events of this type are written with.
pub fn latest(event_type: &str) -> Option<&'static Contract> {
    REGISTRY.latest(event_type)
}

/// The contract that a record was written with.
pub fn by_id(schema_id: u32) -> Option<&'static Contract> {
    REGISTRY.by_id(schema_id)
}

/// Every version of every schema, by ascending id.
pub fn all() -> impl Iterator<Item = &'static Contract> {
    REGISTRY.all()
}

/// All of them, as one value.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

/// Every release that this build knows of, oldest name first.
pub fn releases() -> &'static [Release] {
    static RELEASES: LazyLock<Vec<Release>> = LazyLock::new(|| {
        // Part of this binary like the schemas, and a test loads them.
        Release::load(files::RELEASED).unwrap_or_else(|error| panic!("the released schemas of this build: {error}"))
    });
    &RELEASES
}

/// The schema files and `ids.lock` do not fit each other.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("ids.lock: cannot read the line: {0}")]
    BadLine(&'static str),
    #[error("ids.lock: an id or a version is taken twice: {0}")]
    Twice(&'static str),
    #[error("{file}: {cause}")]
    BadSchema { file: &'static str, cause: String },
    #[error("{file} has no line in ids.lock; take the next free id: {line}")]
    Unassigned { file: &'static str, line: String },
    #[error("ids.lock: there is no schema for: {0}")]
    NoSchema(&'static str),
    #[error("{file} is not what its line in ids.lock was assigned for; a change is a new version: {line}")]
    Changed { file: &'static str, line: String },
    #[error("two aggregates have an event called {0}")]
    SameName(&'static str),
    #[error("release {release} has no file {file}")]
    Incomplete { release: &'static str, file: String },
    #[error("released/{file} was edited; what was released never changes: take it back from version control")]
    Edited { file: &'static str },
    #[error("cannot read {}: {cause}", folder.display())]
    Unreadable { folder: PathBuf, cause: String },
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    // Both are part of this binary, and a test loads them: a build that gets here has passed it.
    Registry::load(files::AVRO).unwrap_or_else(|error| panic!("the schemas of this build: {error}"))
});

/// Every version of every schema, with its id.
#[derive(Debug)]
pub struct Registry {
    by_id: BTreeMap<u32, Contract>,
    latest: BTreeMap<&'static str, u32>,
}

type Files = [File];

impl Registry {
    /// Every contract, by ascending id.
    pub fn all(&self) -> impl Iterator<Item = &Contract> {
        self.by_id.values()
    }

    /// The contract of an id.
    pub fn by_id(&self, schema_id: u32) -> Option<&Contract> {
        self.by_id.get(&schema_id)
    }

    /// The newest contract of an event type.
    pub fn latest(&self, event_type: &str) -> Option<&Contract> {
        self.latest.get(event_type).and_then(|id| self.by_id.get(id))
    }

    /// The contracts of a subject, version 1 first.
    pub fn versions(&self, subject: &str) -> Vec<&Contract> {
        let mut versions: Vec<_> = self.all().filter(|contract| contract.subject == subject).collect();
        versions.sort_by_key(|contract| contract.version);
        versions
    }

    /// From `session/SessionOpened.avsc` and the like, and `ids.lock`.
    pub(crate) fn load(files: &Files) -> Result<Self, LoadError> {
        let ids = files.iter().find(|(file, _)| *file == IDS).map_or("", |(_, text)| text);
        let files: Vec<File> =
            files.iter().filter_map(|(file, text)| Some((file.strip_suffix(".avsc")?, *text))).collect();
        Self::of(&files, ids)
    }

    pub(crate) fn of(files: &Files, ids: &'static str) -> Result<Self, LoadError> {
        let lines = lock::parse(ids)?;
        let shared = shared(files)?;
        let mut registry = Self { by_id: BTreeMap::new(), latest: BTreeMap::new() };
        for (file, text) in own(files) {
            registry.add(contract(files, &lines, file, &parse(file, text)?, &shared)?)?;
        }
        match lines.iter().find(|line| !registry.by_id.contains_key(&line.id)) {
            Some(line) => Err(LoadError::NoSchema(line.subject)),
            None => Ok(registry),
        }
    }

    fn add(&mut self, contract: Contract) -> Result<(), LoadError> {
        let newest = self.latest.get(contract.event_type).and_then(|id| self.by_id.get(id));
        if newest.is_some_and(|newest| newest.subject != contract.subject) {
            return Err(LoadError::SameName(contract.event_type));
        }
        if newest.is_none_or(|newest| newest.version < contract.version) {
            self.latest.insert(contract.event_type, contract.id);
        }
        self.by_id.insert(contract.id, contract);
        Ok(())
    }
}

fn shared(files: &Files) -> Result<Shared, LoadError> {
    let common = files.iter().filter(|(file, _)| file.starts_with("common/"));
    common
        .map(|(file, text)| {
            let schema = parse(file, text)?;
            Ok((named(file, &schema)?, schema))
        })
        .collect()
}

fn own(files: &Files) -> impl Iterator<Item = &(&'static str, &'static str)> {
    files.iter().filter(|(file, _)| !file.starts_with("common/"))
}

fn contract(
    files: &Files,
    lines: &[Line],
    file: &'static str,
    schema: &Value,
    shared: &Shared,
) -> Result<Contract, LoadError> {
    let name = Name::of(file).ok_or_else(|| bad(file, "expected <aggregate>/<Event>[.v<n>].avsc"))?;
    let (subject, version) = (named(file, schema)?, name.version(files));
    let schema = schema::inline(schema, shared);
    let sha256 = schema::fingerprint(&schema);
    let wanted = |id: &str| format!("{id} {subject} {version} {sha256}");
    let line = lines.iter().find(|line| (line.subject, line.version) == (subject.as_str(), version));
    let line = line.ok_or_else(|| LoadError::Unassigned { file, line: wanted("<id>") })?;
    if line.sha256 != sha256 {
        return Err(LoadError::Changed { file, line: wanted("<id>") });
    }
    let json = schema.to_string();
    Ok(Contract {
        id: line.id,
        event_type: name.event_type,
        subject: line.subject,
        aggregate: name.aggregate,
        version,
        schema: json.parse().map_err(|cause| bad(file, cause))?,
        json,
    })
}

/// What the path of a schema file says.
struct Name {
    aggregate: &'static str,
    event_type: &'static str,
    /// `None`: the newest.
    version: Option<u32>,
}

impl Name {
    fn of(file: &'static str) -> Option<Self> {
        let (aggregate, rest) = file.split_once('/')?;
        match rest.split_once(".v") {
            None => Some(Self { aggregate, event_type: rest, version: None }),
            Some((event_type, version)) => Some(Self { aggregate, event_type, version: Some(version.parse().ok()?) }),
        }
    }

    /// The newest is one more than the highest that was kept.
    fn version(&self, files: &Files) -> u32 {
        let kept = own(files).filter_map(|(file, _)| Name::of(file));
        let same = kept.filter(|other| (other.aggregate, other.event_type) == (self.aggregate, self.event_type));
        self.version.unwrap_or_else(|| same.filter_map(|other| other.version).max().unwrap_or(0) + 1)
    }
}

fn parse(file: &'static str, text: &str) -> Result<Value, LoadError> {
    serde_json::from_str(text).map_err(|cause| bad(file, cause))
}

fn named(file: &'static str, schema: &Value) -> Result<String, LoadError> {
    schema::full_name(schema).ok_or_else(|| bad(file, "the record has no namespace and name"))
}

fn bad(file: &'static str, cause: impl std::fmt::Display) -> LoadError {
    LoadError::BadSchema { file, cause: cause.to_string() }
}

#[cfg(test)]
mod tests;

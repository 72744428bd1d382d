//! Whether programs that were written against what we released can go on.

use std::fmt;

use serde_json::Value;

use crate::compatibility::{self, Incompatibility};
use crate::lock::Line;
use crate::{Contract, Registry, Release};

/// One reason why a change may not be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A line of a release's `ids.lock` is another one today, or gone.
    Reassigned { release: &'static str, id: u32, subject: &'static str, version: u32 },
    /// A newer version cannot read what an older one wrote.
    Incompatible {
        subject: &'static str,
        newer: u32,
        older: u32,
        released: Option<&'static str>,
        found: Incompatibility,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reassigned { release, id, subject, version } => write!(
                f,
                "{subject} v{version}: release {release} gave it id {id}, and today's ids.lock does not; \
                 put its line and its file back, and make a change a new version with a new id"
            ),
            Self::Incompatible { subject, newer, older, released, found } => {
                let of = released.map_or_else(String::new, |release| format!(" of release {release}"));
                write!(f, "{subject} v{newer} cannot read v{older}{of}: {found}")
            }
        }
    }
}

/// Every newer version against every older one (backward transitive), and every release against today.
pub fn check(registry: &Registry, releases: &[Release]) -> Vec<Problem> {
    let reassigned = releases.iter().flat_map(|release| reassigned(registry, release));
    let newer = registry.all().flat_map(|newer| {
        let today = registry.all().filter(move |older| is_older(older, newer));
        let name = |older: &Contract| releases.iter().find(|release| release.has(older)).map(|release| release.name);
        let today = today.flat_map(move |older| between(newer, older.version, name(older), &older.schema_value()));
        today.chain(releases.iter().flat_map(move |release| against(registry, newer, release)))
    });
    reassigned.chain(newer).collect()
}

fn is_older(older: &Contract, newer: &Contract) -> bool {
    older.subject == newer.subject && older.version < newer.version
}

fn is_kept(registry: &Registry, line: &Line) -> bool {
    registry.by_id(line.id).is_some_and(|contract| line.is_of(contract))
}

fn reassigned(registry: &Registry, release: &Release) -> Vec<Problem> {
    let lost = release.lines.iter().filter(|line| !is_kept(registry, line));
    let problem = |line: &Line| Problem::Reassigned {
        release: release.name,
        id: line.id,
        subject: line.subject,
        version: line.version,
    };
    lost.map(problem).collect()
}

/// A released text that is no longer among today's, against what has its subject.
fn against(registry: &Registry, newer: &Contract, release: &Release) -> Vec<Problem> {
    let lines = release.lines.iter().filter(|line| line.subject == newer.subject && !is_kept(registry, line));
    let text = |line: &Line| release.schemas.get(&line.id).map(|schema| (line.version, schema));
    lines.filter_map(text).flat_map(|(version, schema)| between(newer, version, Some(release.name), schema)).collect()
}

fn between(newer: &Contract, older: u32, released: Option<&'static str>, written: &Value) -> Vec<Problem> {
    let found = compatibility::find(&newer.schema_value(), written);
    let found = found.unwrap_or_else(|malformed| vec![Incompatibility::whole(malformed.to_string())]);
    let problem =
        |found| Problem::Incompatible { subject: newer.subject, newer: newer.version, older, released, found };
    found.into_iter().map(problem).collect()
}

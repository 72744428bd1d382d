//! A session as it was at some moment: the same fold as the read model's, in memory.

use std::collections::BTreeMap;

use domain::session::{Event, Versions};
use sqlx::types::Json;

use super::derive::What;
use super::fold::Fold;
use super::messages::Message;
use super::rows::{GenerationRow, MessageRow, VersionRow};
use super::session::{ActiveGeneration, QueuedGeneration, Session};
use super::versions::{Change, File, Version, VersionFiles};
use crate::fact::{Error, Fact};
use crate::text::storable;
use crate::{BadCursor, Listing, Page};

/// What a session's first events come to.
#[derive(Debug)]
pub struct Past {
    fold: Fold,
    files: Versions,
}

impl Past {
    /// The events up to the moment, in order.
    pub fn of(facts: &[Fact<Event>]) -> Result<Self, Error> {
        let mut past = Self { fold: Fold::default(), files: Versions::default() };
        for fact in facts {
            past.fold.fold(fact)?;
            past.files.apply(&fact.event);
        }
        Ok(past)
    }

    /// `None`: it was not there yet, or not any more.
    pub fn session(&self) -> Option<Session> {
        let row = self.fold.sessions.values().next().filter(|row| row.deleted_at.is_none())?.clone();
        let active = row.active_generation_id.zip(row.active_attempt).zip(row.active_status);
        Some(Session {
            id: row.id,
            tenant_id: row.tenant_id,
            project_id: row.project_id,
            owner: row.owner,
            title: row.title,
            erased: row.erased,
            head: row.head,
            active_generation: active.map(|((id, attempt), status)| ActiveGeneration { id, attempt, status }),
            queued: self.queued(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }

    fn queued(&self) -> Vec<QueuedGeneration> {
        let queued = self.fold.generations.values().filter(|generation| generation.status == "queued");
        let mut queued: Vec<&GenerationRow> = queued.collect();
        queued.sort_by_key(|generation| generation.position);
        let named = |row: &GenerationRow| QueuedGeneration {
            id: row.id.clone(),
            message_id: row.message_id.clone(),
            model: row.model.clone(),
        };
        queued.into_iter().map(named).collect()
    }

    /// The messages, oldest first.
    pub fn messages(&self, page: &Page) -> Result<Listing<Message>, BadCursor> {
        let after: i64 = page.after()?.unwrap_or_default();
        let words = page.q.as_deref().map(str::trim).unwrap_or_default().to_lowercase();
        let mut rows: Vec<&MessageRow> = self.fold.messages.iter().filter(|row| row.position > after).collect();
        rows.retain(|row| row.content.to_lowercase().contains(&words));
        rows.sort_by_key(|row| row.position);
        let rows = rows.into_iter().take(page.fetch() as usize).map(Message::from).collect();
        Ok(Listing::cut(rows, page, |message: &Message| message.position))
    }

    /// The versions, newest first.
    pub fn versions(&self, page: &Page) -> Result<Listing<Version>, BadCursor> {
        let below: i32 = page.after()?.unwrap_or(i32::MAX);
        let mut rows: Vec<&VersionRow> = self.fold.versions.iter().filter(|row| row.number < below).collect();
        rows.sort_by_key(|row| -row.number);
        let rows = rows.into_iter().take(page.fetch() as usize).map(|row| self.with_changes(row)).collect();
        Ok(Listing::cut(rows, page, |version: &Version| version.number))
    }

    /// One version with its files; `None`: there was none of that number.
    pub fn version(&self, number: i32) -> Option<VersionFiles> {
        let row = self.fold.versions.iter().find(|row| row.number == number)?;
        let files = self.contents(number).into_iter().map(|(path, content)| File { path, content, sha256: None });
        Some(VersionFiles { version: self.with_changes(row), files: files.collect() })
    }

    fn contents(&self, number: i32) -> BTreeMap<String, String> {
        let files = u32::try_from(number).ok().and_then(|number| self.files.at(number));
        files.into_iter().flatten().map(|(path, content)| (storable(path), storable(content))).collect()
    }

    fn with_changes(&self, row: &VersionRow) -> Version {
        Version {
            number: row.number,
            author: row.author.to_owned(),
            base: row.base,
            generation_id: row.generation_id.clone(),
            restored_from: row.restored_from,
            erased: row.erased,
            changes: Json(self.changes(row.number)),
            created_at: row.created_at,
        }
    }

    /// As `derive` writes them, sorted by path.
    fn changes(&self, number: i32) -> Vec<Change> {
        let written = self.fold.files.iter().filter(|file| file.number == number);
        let mut ops: BTreeMap<String, &'static str> = written.map(|file| (file.path.clone(), file.op)).collect();
        let before = self.contents(number - 1);
        for derived in self.fold.derived.iter().filter(|derived| derived.number == number) {
            match &derived.what {
                What::Moved { sources, or } => {
                    let found = sources.iter().any(|source| before.contains_key(source));
                    ops.insert(or.path.clone(), if found { "rename" } else { or.op });
                }
                What::Restored(_) => ops.extend(difference(&before, &self.contents(number))),
                What::Forgotten { .. } => {}
            }
        }
        ops.into_iter().map(|(path, op)| Change { path, op: op.to_owned() }).collect()
    }
}

fn difference(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeMap<String, &'static str> {
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| (path.clone(), "delete"));
    let there = after.iter().filter_map(|(path, content)| match before.get(path) {
        None => Some((path.clone(), "create")),
        Some(was) if was != content => Some((path.clone(), "patch")),
        Some(_) => None,
    });
    gone.chain(there).collect()
}

impl From<&MessageRow> for Message {
    fn from(row: &MessageRow) -> Self {
        let row = row.clone();
        Self {
            id: row.id,
            role: row.role.to_owned(),
            position: row.position,
            content: row.content,
            reasoning: row.reasoning,
            erased: row.erased,
            generation_id: row.generation_id,
            model: row.model,
            provider: row.provider,
            status: row.status,
            number: row.number,
            usage: row.usage.and_then(|usage| serde_json::from_value(usage).ok()).map(Json),
            cost: row.cost.and_then(|cost| serde_json::from_value(cost).ok()).map(Json),
            error_code: row.error_code,
            retryable: row.retryable,
            created_at: row.created_at,
        }
    }
}

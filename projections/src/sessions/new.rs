//! Rows as an event makes them.

use domain::session::{Event, GenerationQueued, MessagePosted, SessionOpened};

use super::changes::{Written, name};
use super::derive::{Derived, What};
use super::rows::{FileRow, GenerationRow, MessageRow, SessionRow, VersionRow};
use crate::fact::Fact;
use crate::text::storable;

pub(super) fn opened(fact: &Fact<Event>, event: &SessionOpened) -> SessionRow {
    SessionRow {
        id: fact.id.clone(),
        tenant_id: fact.tenant.to_string(),
        project_id: event.project_id.to_string(),
        owner: event.owner.to_string(),
        title: event.private.as_ref().map(|private| storable(&private.title)).unwrap_or_default(),
        erased: event.private.is_none(),
        head: 0,
        active_generation_id: None,
        active_attempt: None,
        active_status: None,
        created_at: fact.at,
        updated_at: fact.at,
        deleted_at: None,
        version: 0,
    }
}

pub(super) fn queued(fact: &Fact<Event>, event: &GenerationQueued) -> GenerationRow {
    GenerationRow {
        id: event.generation_id.to_string(),
        tenant_id: fact.tenant.to_string(),
        session_id: fact.id.clone(),
        message_id: event.message_id.to_string(),
        status: "queued".to_owned(),
        position: fact.sequence,
        attempt: 0,
        model: event.model.as_deref().map(storable),
        provider: None,
        number: None,
        finish_reason: None,
        prompt_digest: None,
        usage: None,
        cost: None,
        error_code: None,
        retryable: None,
        started_at: None,
        ended_at: None,
        created_at: fact.at,
        updated_at: fact.at,
        version: fact.sequence,
    }
}

pub(super) fn prompt(fact: &Fact<Event>, event: &MessagePosted) -> MessageRow {
    MessageRow {
        id: event.message_id.to_string(),
        tenant_id: fact.tenant.to_string(),
        session_id: fact.id.clone(),
        role: "user",
        position: fact.sequence,
        content: event.private.as_ref().map(|private| storable(&private.content)).unwrap_or_default(),
        reasoning: String::new(),
        erased: event.private.is_none(),
        generation_id: event.generation_id.to_string(),
        model: None,
        provider: None,
        status: "posted".to_owned(),
        number: None,
        usage: None,
        cost: None,
        error_code: None,
        retryable: None,
        created_at: fact.at,
        version: fact.sequence,
    }
}

/// The next version, by a person, of what was the head.
pub(super) fn by_user(fact: &Fact<Event>, number: i32) -> VersionRow {
    VersionRow {
        session_id: fact.id.clone(),
        number,
        tenant_id: fact.tenant.to_string(),
        author: "user",
        base: number - 1,
        generation_id: None,
        restored_from: None,
        erased: false,
        created_at: fact.at,
        version: fact.sequence,
    }
}

/// What a path has from a version on; nothing written: it is no more.
pub(super) fn file(fact: &Fact<Event>, number: i32, path: &str, written: Option<Written<'_>>) -> FileRow {
    FileRow {
        session_id: fact.id.clone(),
        number,
        path: storable(path),
        tenant_id: fact.tenant.to_string(),
        op: written.map_or("delete", |written| name(written.op)),
        content: written.map(|written| storable(written.content)),
        sha256: written.and_then(|written| written.sha256).map(storable),
        created_at: fact.at,
        version: fact.sequence,
    }
}

pub(super) fn derived(fact: &Fact<Event>, number: i32, what: What) -> Derived {
    Derived {
        session_id: fact.id.clone(),
        tenant_id: fact.tenant.to_string(),
        number,
        at: fact.at,
        version: fact.sequence,
        what,
    }
}

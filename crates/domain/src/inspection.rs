//! A look at what is others': who looked into the audit log or at accounts, for what, and how much they were shown.
//! Reading is itself a fact.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::{Aggregate, KeyOwners, events};
use crate::{InspectionId, Rejection, UserId};

/// Somebody read the audit log. Filters are kept where they are ids or types, never as somebody typed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRead {
    pub inspection_id: InspectionId,
    /// `events` or `verification`.
    pub what: String,
    /// `json`, `csv`, `jsonl` or `text`.
    pub format: String,
    pub actor: Option<String>,
    pub event_type: Option<String>,
    pub aggregate: Option<String>,
    pub since: Option<String>,
    pub until: Option<String>,
    /// How many changes were shown.
    pub count: i64,
}

/// An administrator of the system looked at accounts. What was searched for is not kept: it may be an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsRead {
    pub inspection_id: InspectionId,
    /// The one account that was looked at; `None`: a list.
    pub user_id: Option<UserId>,
    pub searched: bool,
    /// How many accounts were shown.
    pub count: i64,
}

events! {
    /// What can happen to a look: it is noted, once.
    pub enum Event { AuditRead, AccountsRead }
}

/// What somebody asked the audit log for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub actor: Option<String>,
    pub event_type: Option<String>,
    pub aggregate: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Events,
    Verification,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Verification => "verification",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Notes that this is being read.
    Note { inspection_id: InspectionId, what: What, format: &'static str, asked: Asked, count: i64 },
    /// Notes that accounts are being looked at.
    NoteAccounts { inspection_id: InspectionId, user: Option<UserId>, searched: bool, count: i64 },
}

/// The state that decisions need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inspection {
    #[default]
    Unknown,
    Noted,
}

impl Aggregate for Inspection {
    const TYPE: &'static str = "inspection";
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: Command, _now: DateTime<Utc>) -> Result<Vec<Event>, Rejection> {
        if matches!(self, Self::Noted) {
            return Ok(vec![]);
        }
        let (inspection_id, what, format, asked, count) = match command {
            Command::Note { inspection_id, what, format, asked, count } => (inspection_id, what, format, asked, count),
            Command::NoteAccounts { inspection_id, user, searched, count } => {
                return Ok(vec![AccountsRead { inspection_id, user_id: user, searched, count }.into()]);
            }
        };
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        Ok(vec![
            AuditRead {
                inspection_id,
                what: what.name().to_owned(),
                format: format.to_owned(),
                actor: asked.actor.map(|text| impersonal(text, is_id)),
                event_type: asked.event_type.map(|text| impersonal(text, is_type)),
                aggregate: asked.aggregate.map(|text| impersonal(text, is_id)),
                since: asked.since.map(time),
                until: asked.until.map(time),
                count,
            }
            .into(),
        ])
    }

    fn apply(self, _: &Event) -> Self {
        Self::Noted
    }

    /// Nothing of it is personal.
    fn owners(&self) -> Option<KeyOwners> {
        None
    }
}

/// The log is for ever and in the clear: what somebody typed, an address perhaps, does not go there.
fn impersonal(text: String, is_known: fn(&str) -> bool) -> String {
    if is_known(&text) { text } else { "(other)".to_owned() }
}

/// `ses_0199d3a0-0000-7000-8000-000000000000`.
fn is_id(text: &str) -> bool {
    let parts = text.split_once('_');
    parts.is_some_and(|(prefix, rest)| {
        prefix.len() == 3 && prefix.bytes().all(|byte| byte.is_ascii_lowercase()) && Uuid::try_parse(rest).is_ok()
    })
}

/// Two words or more, like `SessionRenamed`.
fn is_type(text: &str) -> bool {
    let words = text.bytes().filter(u8::is_ascii_uppercase).count();
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) && words > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionId;
    use crate::given::Given;

    fn note(inspection_id: InspectionId, asked: Asked) -> Command {
        Command::Note { inspection_id, what: What::Events, format: "csv", asked, count: 3 }
    }

    fn read(inspection_id: InspectionId) -> AuditRead {
        AuditRead {
            inspection_id,
            what: "events".to_owned(),
            format: "csv".to_owned(),
            actor: None,
            event_type: None,
            aggregate: None,
            since: None,
            until: None,
            count: 3,
        }
    }

    #[test]
    fn reading_is_noted_once() {
        let id = InspectionId::generate();
        Given::<Inspection>::events([]).when(note(id, Asked::default())).then([read(id).into()]);
        Given::<Inspection>::events([read(id).into()]).when(note(id, Asked::default())).then_nothing();
    }

    #[test]
    fn looking_at_accounts_is_noted_once() {
        let (inspection_id, user) = (InspectionId::generate(), Some(UserId::generate()));
        let note = || Command::NoteAccounts { inspection_id, user, searched: false, count: 1 };
        let read = AccountsRead { inspection_id, user_id: user, searched: false, count: 1 };
        Given::<Inspection>::events([]).when(note()).then([read.clone().into()]);
        Given::<Inspection>::events([read.into()]).when(note()).then_nothing();
    }

    #[test]
    fn a_filter_is_kept_where_it_is_an_id_a_type_or_a_time() {
        let (id, user, session) = (InspectionId::generate(), UserId::generate(), SessionId::generate());
        let asked = Asked {
            actor: Some(user.to_string()),
            event_type: Some("SessionRenamed".to_owned()),
            aggregate: Some(session.to_string()),
            since: DateTime::from_timestamp(0, 0),
            until: None,
        };
        let expected = AuditRead {
            actor: Some(user.to_string()),
            event_type: Some("SessionRenamed".to_owned()),
            aggregate: Some(session.to_string()),
            since: Some("1970-01-01T00:00:00Z".to_owned()),
            ..read(id)
        };
        Given::<Inspection>::events([]).when(note(id, asked)).then([expected.into()]);
    }

    #[test]
    fn what_somebody_typed_is_not_kept() {
        let id = InspectionId::generate();
        for typed in ["ada@example.org", "Ada Lovelace", "ada", "usr_ada", "ADA_0199d3a0-0000-7000-8000-000000000000"] {
            let typed = || Some(typed.to_owned());
            let asked = Asked { actor: typed(), event_type: typed(), aggregate: typed(), ..Asked::default() };
            let other = || Some("(other)".to_owned());
            let expected = AuditRead { actor: other(), event_type: other(), aggregate: other(), ..read(id) };
            Given::<Inspection>::events([]).when(note(id, asked)).then([expected.into()]);
        }
    }
}

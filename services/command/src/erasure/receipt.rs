//! What went, what stays and why: ids and counts, no texts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Erasure;

/// The proof of an erasure. It names nobody: the user's id leads nowhere any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub user_id: String,
    pub tenant_id: String,
    /// The decision, in the log.
    pub event_id: String,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
    pub projects: Projects,
    /// What there was when it began.
    pub found: Value,
    pub gone: Vec<Gone>,
    pub stays: Vec<Stays>,
    /// The events by which it happened, in order.
    pub events: Vec<EventId>,
}

/// What became of the projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projects {
    pub transferred_to: Option<String>,
    #[serde(default)]
    pub transferred: Vec<String>,
    #[serde(default)]
    pub erased: Vec<String>,
}

/// Something that is not there any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gone {
    pub what: String,
    pub how: String,
    pub count: Option<u64>,
}

/// Something that is still there, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stays {
    pub what: String,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventId {
    pub event_type: String,
    pub event_id: String,
}

impl Receipt {
    /// The receipt of a finished erasure.
    pub fn of(erasure: &Erasure) -> Option<Self> {
        erasure.finished_at?;
        serde_json::from_value(erasure.receipt.clone()?).ok()
    }

    /// All steps are noted.
    pub(super) fn new(erasure: &Erasure, events: Vec<(String, String)>) -> Self {
        let steps = erasure.steps.clone().unwrap_or_default();
        let mut projects: Projects = serde_json::from_value(steps["projects"].clone()).unwrap_or_default();
        projects.transferred_to.clone_from(&erasure.transferred_to);
        Self {
            user_id: erasure.user_id.clone(),
            tenant_id: erasure.tenant_id.clone(),
            event_id: erasure.event_id.clone(),
            requested_by: erasure.actor.clone(),
            requested_at: erasure.occurred_at,
            finished_at: Utc::now(),
            gone: gone(&steps, &projects),
            stays: stays(&projects, &steps),
            projects,
            found: erasure.found.clone().unwrap_or_default(),
            events: events.into_iter().map(|(event_type, event_id)| EventId { event_type, event_id }).collect(),
        }
    }
}

fn gone(steps: &Value, projects: &Projects) -> Vec<Gone> {
    let entry = |what: &str, how: &str, count: Option<u64>| Gone { what: what.into(), how: how.into(), count };
    let noted = |step: &str, field: &str| steps[step][field].as_u64();
    let key = "the person's key is destroyed: every copy opens to nothing";
    vec![
        entry("e-mail address, name, prompts, answers, titles", key, noted("keys", "destroyed")),
        entry("credentials", "deleted", noted("auth", "credentials")),
        entry("sign-ins and devices", "revoked at once, then deleted", noted("auth", "sign_ins")),
        entry("tokens", "deleted", noted("auth", "tokens")),
        entry("the claim of the e-mail address", "deleted: it may be taken again", Some(1)),
        entry(
            "memberships of organisations",
            "ended; the address of the invite with its key",
            noted("tenants", "left"),
        ),
        entry("places in projects that others shared", "ended: ProjectUnshared", noted("shared", "projects")),
        entry("organisations without any other member", "their keys are destroyed", noted("tenants", "erased")),
        entry("stored answers of repeated calls", "deleted", noted("store", "idempotency_answers")),
        entry("snapshots", "deleted, and made anew from what is left", noted("store", "snapshots")),
        entry(
            "texts of conversations in the read models",
            "emptied by SessionErased",
            noted("sessions", "handed_over").zip(noted("sessions", "erased")).map(|(a, b)| a + b),
        ),
        entry(
            "erased projects with all files and versions",
            "the projects' keys are destroyed",
            Some(projects.erased.len() as u64),
        ),
        entry("opened texts and keys in memory", "dropped by every process within seconds", None),
        entry("counters of requests in Redis", "end by themselves within 5 minutes", None),
    ]
}

fn stays(projects: &Projects, steps: &Value) -> Vec<Stays> {
    let entry = |what: &str, why: &str| Stays { what: what.into(), why: why.into() };
    let mut stays = vec![
        entry(
            "events without texts: ids, times, tokens used, costs",
            "accounting and an unbroken log; the id leads to nobody any more",
        ),
        entry("sealed bytes in the store and in topics", "they cannot be opened without the destroyed key"),
        entry("log lines", "they hold ids only, never texts, addresses or tokens"),
    ];
    if steps["shared"]["projects"].as_u64().is_some_and(|projects| projects > 0) {
        stays.push(entry(
            "what they wrote in conversations of others, in projects that were shared with them",
            "it is part of those conversations, and sealed with the key of whose they are",
        ));
    }
    if !projects.transferred.is_empty() {
        stays.push(entry(
            "files and versions of the transferred projects",
            "they are the project's, sealed with its key, and go on with who has it now",
        ));
    }
    stays
}

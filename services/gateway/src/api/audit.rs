//! `audit`: who did what, when, from where, for those who may know.

mod export;
mod noting;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use projections::audit::{self, Asked as Wanted};
use projections::{Freshness, Page};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::Error;
use crate::ask::{Asked, page};
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;
use export::Format;

/// One change.
#[derive(Serialize, ToSchema)]
pub struct AuditEvent {
    #[schema(example = "evt_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    /// The place in the whole log.
    position: i64,
    at: DateTime<Utc>,
    /// Who: a person, a worker, or the name of a service.
    user: String,
    #[schema(example = "SessionRenamed")]
    r#type: String,
    /// In words.
    #[schema(example = "session renamed")]
    what: String,
    #[schema(example = "session")]
    aggregate_type: String,
    aggregate: String,
    /// The aggregate's version after it.
    version: i64,
    /// From where: the network and a hash of the user agent. Null: not a person's doing.
    #[schema(example = "203.0.113.0/24 ua:1f2e3d4c5b6a")]
    origin: Option<String>,
    /// The request that led to it.
    request_id: String,
    /// As it was before, where the event says so.
    #[schema(value_type = Option<Object>)]
    old: Option<Value>,
    /// What the event says.
    #[schema(value_type = Object)]
    new: Value,
    /// The personal part is gone for good.
    erased: bool,
}

#[derive(Serialize, ToSchema)]
pub struct AuditEvents {
    items: Vec<AuditEvent>,
    /// Null: this was the last page.
    next_cursor: Option<String>,
}

/// What the last walk over the whole log found.
#[derive(Serialize, ToSchema)]
pub struct AuditVerification {
    /// Null: nobody has run `atelier audit verify` yet.
    verified_at: Option<DateTime<Utc>>,
    /// Null: not verified yet.
    unbroken: Option<bool>,
    first_position: i64,
    last_position: i64,
    events: i64,
    /// The first wrong position, where there is one.
    wrong_position: Option<i64>,
    wrong: Option<String>,
    /// Signed roots that fitted.
    roots: i64,
    /// Up to here nobody could have rewritten the log without the key.
    signed_up_to: i64,
}

/// Which changes. What is left out may be anything.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Who did it.
    user: Option<String>,
    /// For example `SessionRenamed`.
    r#type: Option<String>,
    /// What it was done to, by id.
    aggregate: Option<String>,
    /// From this moment on (RFC 3339).
    from: Option<DateTime<Utc>>,
    /// Before this moment (RFC 3339).
    to: Option<DateTime<Utc>>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// As the page before gave it in `next_cursor`.
    cursor: Option<String>,
    /// `csv` or `jsonl`: all of them in one file, from `cursor` on. `Accept: text/csv` asks for the first.
    #[param(inline)]
    format: Option<Format>,
}

/// What everybody in the caller's tenant did, newest first. For owners, admins and auditors.
///
/// Each reading is an event itself (`AuditRead`), and shows in the next one.
#[utoipa::path(get, path = "/audit/events", tag = "audit", operation_id = "audit_events", params(AuditQuery),
    responses(
        (status = 200, content((AuditEvents = "application/json"), (String = "text/csv"), (String = "application/jsonl"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
    write: Write,
    Asked(query): Asked<AuditQuery>,
) -> Result<Response, Error> {
    let format = query.format.unwrap_or_else(|| Format::accepted(&headers));
    let (wanted, page) = query.split()?;
    if !matches!(format, Format::Json) {
        return export::file(gateway, caller, &write, wanted, page, format).await;
    }
    let mut reader = gateway.reader(&caller).await?;
    let found = audit::page(&mut reader, &wanted, &page).await?;
    reader.rollback().await?;
    noting::events(&gateway, &caller, &write, &wanted, "json", found.items.len() as i64).await?;
    let items = found.items.into_iter().map(AuditEvent::from).collect();
    Ok(Shown::list(AuditEvents { items, next_cursor: found.next_cursor }, Freshness::Fresh).into_response())
}

/// Whether the log was unbroken when it was last walked over. For owners, admins and auditors. Asking is an event.
#[utoipa::path(get, path = "/audit/verify", tag = "audit", operation_id = "audit_verification",
    responses(
        (status = 200, body = AuditVerification),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn verification(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
) -> Result<Shown<AuditVerification>, Error> {
    noting::verification(&gateway, &caller, &write).await?;
    let mut reader = gateway.reader(&caller).await?;
    let last = audit::last_verification(&mut reader).await?;
    Ok(Shown::list(AuditVerification::from(last), Freshness::Fresh))
}

impl AuditQuery {
    fn split(self) -> Result<(Wanted, Page), Error> {
        let Self { user, r#type, aggregate, from, to, limit, cursor, .. } = self;
        let wrong =
            [&user, &r#type, &aggregate].into_iter().flatten().any(|text| text.len() > 200 || text.contains('\0'));
        if wrong {
            let detail = "user, type and aggregate have at most 200 characters".to_owned();
            return Err(Error::BadRequest { code: "invalid_query", detail });
        }
        let wanted = Wanted { actor: user, event_type: r#type, aggregate, from, to, tenant: None };
        Ok((wanted, page(limit, cursor, None)?))
    }
}

impl From<audit::Entry> for AuditEvent {
    fn from(entry: audit::Entry) -> Self {
        Self {
            what: entry.what(),
            id: entry.id,
            position: entry.position,
            at: entry.at,
            user: entry.actor,
            r#type: entry.event_type,
            aggregate_type: entry.aggregate_type,
            aggregate: entry.aggregate_id,
            version: entry.version,
            origin: entry.origin,
            request_id: entry.correlation_id,
            old: entry.old,
            new: entry.new,
            erased: entry.erased,
        }
    }
}

impl From<Option<audit::Verification>> for AuditVerification {
    fn from(last: Option<audit::Verification>) -> Self {
        let told = last.as_ref();
        Self {
            verified_at: told.map(|last| last.at),
            unbroken: told.map(|last| last.unbroken),
            first_position: told.map_or(0, |last| last.first_position),
            last_position: told.map_or(0, |last| last.last_position),
            events: told.map_or(0, |last| last.events),
            wrong_position: told.and_then(|last| last.wrong_position),
            roots: told.map_or(0, |last| last.roots),
            signed_up_to: told.map_or(0, |last| last.signed_up_to),
            wrong: last.and_then(|last| last.wrong),
        }
    }
}

//! Ways into a tenant that were given and not yet taken.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::InviteId;
use domain::tenant::{Event, MemberInvited};
use sqlx::{FromRow, PgConnection};

use super::erased;
use crate::fact::{Fact, column};
use crate::text::storable;
use crate::{Listing, Page, read};

/// An invite.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Invite {
    pub id: String,
    pub tenant_id: String,
    pub role: String,
    pub email: String,
    pub invited_by: String,
    pub expires_at: DateTime<Utc>,
    pub accepted_by: Option<String>,
    /// The address is gone.
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it was followed or revoked.
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

const COLUMNS: &str = "id, tenant_id, role, email, invited_by, expires_at, accepted_by, erased, created_at, \
    updated_at, deleted_at, version";

/// The open invites of the reader's tenant, newest first; those that have expired too. `page.q` searches addresses.
pub async fn invites(reader: &mut PgConnection, page: &Page) -> Result<Listing<Invite>, read::Error> {
    let rows = sqlx::query_as(&format!(
        "select {COLUMNS} from read.invites
          where deleted_at is null and ($1::text is null or id < $1) and ($2::text is null or email ilike $2)
          order by id desc limit $3"
    ))
    .bind(page.after::<InviteId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, |invite: &Invite| invite.id.clone()))
}

/// One open invite of the reader's tenant.
pub async fn invite(reader: &mut PgConnection, id: InviteId) -> sqlx::Result<Option<Invite>> {
    sqlx::query_as(&format!("select {COLUMNS} from read.invites where id = $1 and deleted_at is null"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await
}

impl Invite {
    pub fn new(fact: &Fact<Event>, event: &MemberInvited) -> Self {
        Self {
            id: event.invite_id.to_string(),
            tenant_id: fact.id.clone(),
            role: event.role.to_string(),
            email: event.private.as_ref().map(|invited| storable(&invited.email)).unwrap_or_default(),
            invited_by: event.invited_by.to_string(),
            expires_at: event.expires_at,
            accepted_by: None,
            erased: event.private.is_none(),
            created_at: fact.at,
            updated_at: fact.at,
            deleted_at: None,
            version: fact.sequence,
        }
    }

    pub fn renew(&mut self, fact: &Fact<Event>, expires_at: DateTime<Utc>) {
        self.expires_at = expires_at;
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }

    pub fn close(&mut self, fact: &Fact<Event>, accepted_by: Option<String>) {
        self.accepted_by = accepted_by;
        self.deleted_at = Some(fact.at);
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }

    pub fn forget(&mut self, fact: &Fact<Event>) {
        self.email.clear();
        self.erased = true;
        self.deleted_at = self.deleted_at.or(Some(fact.at));
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }
}

pub async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<BTreeMap<String, Invite>> {
    let touched: Vec<_> = facts.iter().filter_map(|fact| touched(&fact.event)).collect();
    let rows: Vec<Invite> =
        sqlx::query_as(&format!("select {COLUMNS} from invites where id = any($1) or tenant_id = any($2)"))
            .bind(touched)
            .bind(erased(facts))
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

fn touched(event: &Event) -> Option<String> {
    match event {
        Event::MemberJoined(event) => Some(event.invite_id.to_string()),
        Event::InviteRenewed(event) => Some(event.invite_id.to_string()),
        Event::InviteRevoked(event) => Some(event.invite_id.to_string()),
        Event::InviteForgotten(event) => Some(event.invite_id.to_string()),
        _ => None,
    }
}

pub async fn write(tx: &mut PgConnection, rows: &[Invite]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into invites (id, tenant_id, role, email, invited_by, expires_at, accepted_by, erased, created_at,
                              updated_at, deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                              $7::text[], $8::bool[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
                              $12::bigint[])
         on conflict (id) do update set email = excluded.email, expires_at = excluded.expires_at,
             accepted_by = excluded.accepted_by, erased = excluded.erased, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at,
             version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.role.as_str()))
    .bind(column(rows, |row| row.email.as_str()))
    .bind(column(rows, |row| row.invited_by.as_str()))
    .bind(column(rows, |row| row.expires_at))
    .bind(column(rows, |row| row.accepted_by.as_deref()))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

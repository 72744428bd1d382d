//! With whom a project is shared.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::ProjectId;
use domain::project::{Event, ProjectShared};
use sqlx::{FromRow, PgConnection};

use crate::fact::{Fact, column};

/// A row of `project_members`.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    project_id: String,
    user_id: String,
    tenant_id: String,
    role: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
    version: i64,
}

/// By project and person.
pub type Rows = BTreeMap<(String, String), Row>;

/// Somebody who may read a project or work on it, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Member {
    pub user_id: String,
    pub email: String,
    pub name: String,
    /// owner, editor or viewer.
    pub role: String,
    /// Since when; of the owner, since when there is the project.
    pub since: DateTime<Utc>,
}

/// Those who see a project, its owner first. The reader must have been found to be one of them.
pub async fn members(reader: &mut PgConnection, id: ProjectId) -> sqlx::Result<Vec<Member>> {
    let query = "
        select p.owner as user_id, coalesce(u.email, '') as email, coalesce(u.name, '') as name, 'owner' as role,
               p.created_at as since
          from read.projects p left join read.users u on u.id = p.owner
         where p.id = $1
        union all
        (select m.user_id, coalesce(u.email, ''), coalesce(u.name, ''), m.role, m.created_at
           from read.project_members m left join read.users u on u.id = m.user_id
          where m.project_id = $1 and m.deleted_at is null order by m.created_at, m.user_id)";
    sqlx::query_as(query).bind(id.to_string()).fetch_all(reader).await
}

pub fn fold(rows: &mut Rows, fact: &Fact<Event>) {
    let key = |user: domain::UserId| (fact.id.clone(), user.to_string());
    match &fact.event {
        Event::ProjectShared(event) => {
            let row = rows.entry(key(event.user_id)).or_insert_with(|| Row::new(fact, event));
            row.shared(fact, event);
        }
        Event::ProjectUnshared(event) => rows.get_mut(&key(event.user_id)).into_iter().for_each(|row| row.left(fact)),
        // Whose it is, is no guest any more; and what is gone is shared with nobody.
        Event::ProjectTransferred(event) => rows.get_mut(&key(event.to)).into_iter().for_each(|row| row.left(fact)),
        Event::ProjectDeleted(_) | Event::ProjectErased(_) => {
            rows.values_mut().filter(|row| row.project_id == fact.id).for_each(|row| row.left(fact));
        }
        Event::ProjectCreated(_) | Event::ProjectRenamed(_) => {}
    }
}

impl Row {
    fn new(fact: &Fact<Event>, event: &ProjectShared) -> Self {
        Self {
            project_id: fact.id.clone(),
            user_id: event.user_id.to_string(),
            tenant_id: fact.tenant.to_string(),
            role: event.role.to_string(),
            created_at: fact.at,
            updated_at: fact.at,
            deleted_at: None,
            version: fact.sequence,
        }
    }

    fn shared(&mut self, fact: &Fact<Event>, event: &ProjectShared) {
        if self.deleted_at.take().is_some() {
            self.created_at = fact.at;
        }
        self.role = event.role.to_string();
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }

    fn left(&mut self, fact: &Fact<Event>) {
        if self.deleted_at.is_none() {
            self.deleted_at = Some(fact.at);
            (self.updated_at, self.version) = (fact.at, fact.sequence);
        }
    }
}

/// The rows of whomever a batch is about; of a project that is gone, all.
pub async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<Rows> {
    let touched: Vec<_> = facts.iter().filter(|fact| touches(&fact.event)).map(|fact| fact.id.as_str()).collect();
    if touched.is_empty() {
        return Ok(Rows::new());
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select project_id, user_id, tenant_id, role, created_at, updated_at, deleted_at, version
           from project_members where project_id = any($1)",
    )
    .bind(touched)
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.project_id.clone(), row.user_id.clone()), row)).collect())
}

const fn touches(event: &Event) -> bool {
    !matches!(event, Event::ProjectCreated(_) | Event::ProjectRenamed(_))
}

pub async fn write(tx: &mut PgConnection, rows: &[Row]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into project_members (project_id, user_id, tenant_id, role, created_at, updated_at, deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                              $7::timestamptz[], $8::bigint[])
         on conflict (project_id, user_id) do update set role = excluded.role, created_at = excluded.created_at,
             updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.project_id.as_str()))
    .bind(column(rows, |row| row.user_id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.role.as_str()))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

//! Who belongs to a tenant, and where somebody belongs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::tenant::Event;
use domain::{Role, UserId};
use sqlx::{FromRow, PgConnection};

use crate::fact::{Fact, column};
use crate::{Listing, Page, read};

/// A row of `members`.
#[derive(Debug, Clone, FromRow)]
pub struct Member {
    pub tenant_id: String,
    pub user_id: String,
    pub role: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// A member, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Person {
    pub user_id: String,
    pub email: String,
    pub name: String,
    pub role: String,
    pub joined_at: DateTime<Utc>,
}

/// A tenant that somebody belongs to.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Belonging {
    pub tenant_id: String,
    /// Empty: it was never given one.
    pub name: String,
    pub role: String,
    /// It came with their account.
    pub home: bool,
}

/// Members as they are called, and the owner of a tenant that has no event yet.
const PEOPLE: &str = "
    select m.user_id, coalesce(u.email, '') as email, coalesce(u.name, '') as name, m.role, m.created_at as joined_at
      from read.members m left join read.users u on u.id = m.user_id
     where m.tenant_id = current_setting('atelier.tenant', true) and m.deleted_at is null
    union all
    select u.id, u.email, u.name, 'owner', u.created_at
      from read.users u
     where u.tenant_id = current_setting('atelier.tenant', true) and not u.erased
       and not exists (select from read.tenants t where t.id = u.tenant_id)";

/// The members of the reader's tenant, the eldest account first; `page.q` searches name and address.
pub async fn members(reader: &mut PgConnection, page: &Page) -> Result<Listing<Person>, read::Error> {
    let rows = sqlx::query_as(&format!(
        "select * from ({PEOPLE}) as people
          where ($1::text is null or user_id > $1) and ($2::text is null or name ilike $2 or email ilike $2)
          order by user_id limit $3"
    ))
    .bind(page.after::<UserId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, |person: &Person| person.user_id.clone()))
}

/// One member of the reader's tenant.
pub async fn member(reader: &mut PgConnection, id: UserId) -> sqlx::Result<Option<Person>> {
    sqlx::query_as(&format!("select * from ({PEOPLE}) as people where user_id = $1"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await
}

/// Where the reader belongs; their own tenant first.
pub async fn belongings(reader: &mut PgConnection) -> sqlx::Result<Vec<Belonging>> {
    let query = "
        select * from (
            select m.tenant_id, coalesce(t.name, '') as name, m.role,
                   coalesce(m.tenant_id = u.tenant_id, false) as home
              from read.members m
              left join read.tenants t on t.id = m.tenant_id
              left join read.users u on u.id = m.user_id
             where m.user_id = current_setting('atelier.person', true) and m.deleted_at is null
            union all
            select u.tenant_id, '', 'owner', true
              from read.users u
             where u.id = current_setting('atelier.person', true)
               and not exists (select from read.members m where m.user_id = u.id and m.tenant_id = u.tenant_id)
        ) as belongings order by not home, tenant_id limit 1000";
    sqlx::query_as(query).fetch_all(reader).await
}

impl Member {
    pub fn new(fact: &Fact<Event>, user_id: String, role: Role) -> Self {
        Self {
            tenant_id: fact.id.clone(),
            user_id,
            role: role.to_string(),
            created_at: fact.at,
            updated_at: fact.at,
            deleted_at: None,
            version: fact.sequence,
        }
    }

    pub fn becomes(&mut self, fact: &Fact<Event>, role: Role) {
        self.role = role.to_string();
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }

    pub fn leaves(&mut self, fact: &Fact<Event>) {
        self.deleted_at = Some(fact.at);
        (self.updated_at, self.version) = (fact.at, fact.sequence);
    }
}

pub async fn load(tx: &mut PgConnection, facts: &[Fact<Event>]) -> sqlx::Result<BTreeMap<(String, String), Member>> {
    let touched: Vec<_> = facts.iter().filter_map(|fact| Some((fact.id.as_str(), touched(&fact.event)?))).collect();
    let rows: Vec<Member> = sqlx::query_as(
        "select tenant_id, user_id, role, created_at, updated_at, deleted_at, version from members
          where (tenant_id, user_id) in (select * from unnest($1::text[], $2::text[]))",
    )
    .bind(column(&touched, |(tenant, _)| *tenant))
    .bind(column(&touched, |(_, user)| user.as_str()))
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.tenant_id.clone(), row.user_id.clone()), row)).collect())
}

fn touched(event: &Event) -> Option<String> {
    match event {
        Event::MemberRoleChanged(event) => Some(event.user_id.to_string()),
        Event::MemberRemoved(event) => Some(event.user_id.to_string()),
        _ => None,
    }
}

pub async fn write(tx: &mut PgConnection, rows: &[Member]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into members (tenant_id, user_id, role, created_at, updated_at, deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
                              $6::timestamptz[], $7::bigint[])
         on conflict (tenant_id, user_id) do update set role = excluded.role, created_at = excluded.created_at,
             updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.user_id.as_str()))
    .bind(column(rows, |row| row.role.as_str()))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

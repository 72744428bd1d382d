//! People, as they see themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::user::{Event, SystemRole, Tier};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, Projection, column, ids, is_next};
use crate::text::storable;
use crate::{Freshness, Listing, Page, Wait, read};

/// The fold of `users`.
#[derive(Debug)]
pub struct Users;

impl Projection for Users {
    const NAME: &'static str = "users";
    const TOPIC: &'static str = "users";
    type Event = Event;

    async fn apply(tx: &mut PgConnection, facts: &[Fact<Event>]) -> Result<(), Error> {
        let mut rows = load(tx, &ids(facts)).await?;
        for fact in facts {
            fold(&mut rows, fact)?;
        }
        write(tx, &rows.into_values().collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct User {
    pub id: String,
    pub tenant_id: String,
    pub email: String,
    pub name: String,
    /// free or premium
    pub tier: String,
    /// user or administrator (of the whole system)
    pub role: String,
    /// The texts are gone, and empty.
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

const COLUMNS: &str = "id, tenant_id, email, name, tier, role, erased, created_at, updated_at, version";

/// One person of this tenant.
pub async fn by_id(reader: &mut PgConnection, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as(&format!("select {COLUMNS} from read.users where id = $1 and deleted_at is null"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await
}

/// Everybody, for administrators, the newest account first; `page.q` searches name and address.
pub async fn all(reader: &mut PgConnection, page: &Page) -> Result<Listing<User>, read::Error> {
    let rows = sqlx::query_as(&format!(
        "select {COLUMNS} from read.users
          where not erased and deleted_at is null and ($1::text is null or id < $1)
            and ($2::text is null or name ilike $2 or email ilike $2)
          order by id desc limit $3"
    ))
    .bind(page.after::<UserId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, |user: &User| user.id.clone()))
}

/// Until this person's row has reached `version`.
pub async fn wait_for(wait: &Wait<'_>, id: UserId, version: i64) -> sqlx::Result<Freshness> {
    wait.until(Users::NAME, "select version from read.users where id = $1", &id.to_string(), version).await
}

async fn load(tx: &mut PgConnection, ids: &[&str]) -> sqlx::Result<BTreeMap<String, User>> {
    let rows: Vec<User> =
        sqlx::query_as(&format!("select {COLUMNS} from users where id = any($1)")).bind(ids).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

fn fold(rows: &mut BTreeMap<String, User>, fact: &Fact<Event>) -> Result<(), Error> {
    if !is_next(fact, rows.get(&fact.id).map_or(0, |row| row.version))? {
        return Ok(());
    }
    if matches!(fact.event, Event::UserRegistered(_)) {
        rows.insert(fact.id.clone(), blank(fact));
    }
    let unknown = || Error::Unknown { id: fact.id.clone(), sequence: fact.sequence, what: "user" };
    let row = rows.get_mut(&fact.id).ok_or_else(unknown)?;
    match &fact.event {
        Event::UserRegistered(event) => {
            row.erased = event.private.is_none();
            row.email = event.private.as_ref().map(|profile| storable(&profile.email)).unwrap_or_default();
            row.name = event.private.as_ref().map(|profile| storable(&profile.name)).unwrap_or_default();
        }
        Event::ProfileChanged(event) => {
            row.erased = event.private.is_none();
            row.name = event.private.as_ref().map(|change| storable(&change.new)).unwrap_or_default();
        }
        Event::UserErased(_) => {
            (row.email, row.name) = (String::new(), String::new());
            row.erased = true;
        }
        Event::TierChanged(event) => event.tier.as_str().clone_into(&mut row.tier),
        Event::RoleChanged(event) => event.role.as_str().clone_into(&mut row.role),
        // How people sign in is auth's to know, and the auditors'.
        Event::SignInsEnded(_)
        | Event::EmailVerified(_)
        | Event::PasswordChanged(_)
        | Event::FactorAdded(_)
        | Event::FactorRemoved(_)
        | Event::SignedIn(_)
        | Event::DeviceEnded(_)
        | Event::IdentityLinked(_)
        | Event::IdentityUnlinked(_) => {}
    }
    row.updated_at = fact.at;
    row.version = fact.sequence;
    Ok(())
}

fn blank(fact: &Fact<Event>) -> User {
    User {
        id: fact.id.clone(),
        tenant_id: fact.tenant.to_string(),
        email: String::new(),
        name: String::new(),
        tier: Tier::default().as_str().to_owned(),
        role: SystemRole::default().as_str().to_owned(),
        erased: false,
        created_at: fact.at,
        updated_at: fact.at,
        version: 0,
    }
}

async fn write(tx: &mut PgConnection, rows: &[User]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into users (id, tenant_id, email, name, tier, role, erased, created_at, updated_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[],
                              $8::timestamptz[], $9::timestamptz[], $10::bigint[])
         on conflict (id) do update set email = excluded.email, name = excluded.name, tier = excluded.tier,
             role = excluded.role, erased = excluded.erased, updated_at = excluded.updated_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.email.as_str()))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.tier.as_str()))
    .bind(column(rows, |row| row.role.as_str()))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

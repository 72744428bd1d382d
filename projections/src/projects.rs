//! A person's projects, and those that are shared with them.

mod members;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::ProjectId;
use domain::project::{Event, Label};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use crate::fact::{Error, Fact, Projection, column, ids, is_next};
use crate::text::storable;
use crate::{Freshness, Listing, Page, Wait, read};

pub use members::{Member, members};

/// The fold of `projects`.
#[derive(Debug)]
pub struct Projects;

impl Projection for Projects {
    const NAME: &'static str = "projects";
    const TOPIC: &'static str = "projects";
    const TABLES: &'static [&'static str] = &["projects", "project_members"];
    type Event = Event;

    async fn apply(tx: &mut PgConnection, facts: &[Fact<Event>]) -> Result<(), Error> {
        let mut rows = load(tx, &ids(facts)).await?;
        let mut members = members::load(tx, facts).await?;
        for fact in facts {
            if fold(&mut rows, fact)? {
                members::fold(&mut members, fact);
            }
        }
        write(tx, &rows.into_values().collect::<Vec<_>>()).await?;
        members::write(tx, &members.into_values().collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Project {
    pub id: String,
    pub tenant_id: String,
    pub owner: String,
    pub name: String,
    pub description: Option<String>,
    /// The texts are gone, and empty.
    pub erased: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
}

const COLUMNS: &str = "id, tenant_id, owner, name, description, erased, created_at, updated_at, deleted_at, version";

/// Whether the reader owns it.
const MINE: &str = "owner = current_setting('atelier.person', true) and deleted_at is null";

/// What the reader sees, and as what: theirs, and those that are shared with them.
const SEEN: &str = "
    select p.*, coalesce(m.role, 'owner') as role
      from read.projects p
      left join read.project_members m on m.project_id = p.id and m.deleted_at is null
                                      and m.user_id = current_setting('atelier.person', true)
     where p.deleted_at is null and (p.owner = current_setting('atelier.person', true) or m.user_id is not null)";

/// A project, and what its reader may do there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Seen {
    #[sqlx(flatten)]
    pub project: Project,
    /// owner, editor or viewer.
    pub role: String,
}

/// The reader's projects and those that are shared with them, newest first; `page.q` searches name and description.
pub async fn list(reader: &mut PgConnection, page: &Page) -> Result<Listing<Seen>, read::Error> {
    let rows = sqlx::query_as(&format!(
        "select {COLUMNS}, role from ({SEEN}) as seen
         where ($1::text is null or id < $1) and ($2::text is null or name ilike $2 or description ilike $2)
         order by id desc limit $3"
    ))
    .bind(page.after::<ProjectId>()?.map(|id| id.to_string()))
    .bind(page.pattern())
    .bind(page.fetch())
    .fetch_all(reader)
    .await?;
    Ok(Listing::cut(rows, page, |seen: &Seen| seen.project.id.clone()))
}

/// How many projects the reader owns; beyond `enough` nothing is counted.
pub async fn count(reader: &mut PgConnection, enough: u32) -> sqlx::Result<i64> {
    let query = format!("select count(*) from (select from read.projects where {MINE} limit $1) as mine");
    sqlx::query_scalar(&query).bind(i64::from(enough)).fetch_one(reader).await
}

/// One that the reader sees.
pub async fn by_id(reader: &mut PgConnection, id: ProjectId) -> sqlx::Result<Option<Seen>> {
    sqlx::query_as(&format!("select {COLUMNS}, role from ({SEEN}) as seen where id = $1"))
        .bind(id.to_string())
        .fetch_optional(reader)
        .await
}

/// Until this project's row has reached `version`.
pub async fn wait_for(wait: &Wait<'_>, id: ProjectId, version: i64) -> sqlx::Result<Freshness> {
    wait.until(Projects::NAME, "select version from read.projects where id = $1", &id.to_string(), version).await
}

/// A project as its first events leave it; `None`: it was not there yet, or not any more.
pub fn past(facts: &[Fact<Event>]) -> Result<Option<Project>, Error> {
    let mut rows = BTreeMap::new();
    facts.iter().try_for_each(|fact| fold(&mut rows, fact).map(drop))?;
    Ok(rows.into_values().next().filter(|project| project.deleted_at.is_none()))
}

async fn load(tx: &mut PgConnection, ids: &[&str]) -> sqlx::Result<BTreeMap<String, Project>> {
    let rows: Vec<Project> =
        sqlx::query_as(&format!("select {COLUMNS} from projects where id = any($1)")).bind(ids).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Whether the fact is new.
fn fold(rows: &mut BTreeMap<String, Project>, fact: &Fact<Event>) -> Result<bool, Error> {
    if !is_next(fact, rows.get(&fact.id).map_or(0, |row| row.version))? {
        return Ok(false);
    }
    if let Event::ProjectCreated(event) = &fact.event {
        rows.insert(fact.id.clone(), created(fact, event.owner.to_string()));
    }
    let unknown = || Error::Unknown { id: fact.id.clone(), sequence: fact.sequence, what: "project" };
    let row = rows.get_mut(&fact.id).ok_or_else(unknown)?;
    match &fact.event {
        Event::ProjectCreated(event) => label(row, event.private.as_ref()),
        Event::ProjectRenamed(event) => label(row, event.private.as_ref().map(|change| &change.new)),
        Event::ProjectDeleted(_) => row.deleted_at = Some(fact.at),
        Event::ProjectTransferred(event) => {
            row.owner = event.to.to_string();
            label(row, event.private.as_ref());
        }
        Event::ProjectErased(_) => {
            row.deleted_at = row.deleted_at.or(Some(fact.at));
            label(row, None);
        }
        // With whom it is shared is in a table of its own.
        Event::ProjectShared(_) | Event::ProjectUnshared(_) => {}
    }
    row.updated_at = fact.at;
    row.version = fact.sequence;
    Ok(true)
}

fn created(fact: &Fact<Event>, owner: String) -> Project {
    Project {
        id: fact.id.clone(),
        tenant_id: fact.tenant.to_string(),
        owner,
        name: String::new(),
        description: None,
        erased: false,
        created_at: fact.at,
        updated_at: fact.at,
        deleted_at: None,
        version: 0,
    }
}

fn label(row: &mut Project, label: Option<&Label>) {
    row.erased = label.is_none();
    row.name = label.map(|label| storable(&label.name)).unwrap_or_default();
    row.description = label.and_then(|label| label.description.as_deref()).map(storable);
}

async fn write(tx: &mut PgConnection, rows: &[Project]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into projects (id, tenant_id, owner, name, description, erased, created_at, updated_at,
                                    deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[],
                              $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::bigint[])
         on conflict (id) do update set owner = excluded.owner, name = excluded.name, description = excluded.description,
             erased = excluded.erased, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at,
             version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.owner.as_str()))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.description.as_deref()))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

//! What the store holds of a person, and how far their erasure has come.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{FromRow, Postgres, Transaction};

use crate::{Error, Store};

/// The ids of all that ever belonged to a person, deleted or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    pub projects: Vec<String>,
    pub sessions: Vec<String>,
    /// The tenants of those that are not in the one that was asked for.
    pub elsewhere: BTreeMap<String, TenantId>,
}

/// How often a person appears in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    pub events: Vec<EventCount>,
    pub unique_claims: i64,
    pub idempotency_answers: i64,
    pub snapshots: i64,
    /// Pieces of answers of the last day; their topic keeps them no longer.
    pub stream_pieces: i64,
}

/// Events of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct EventCount {
    pub aggregate_type: String,
    pub event_type: String,
    pub stored: i64,
    /// How many of them are in their topic by now.
    pub published: i64,
}

/// A person who was erased, as the log says, and what has come of it.
#[derive(Clone, Debug, FromRow)]
pub struct Erasure {
    pub user_id: String,
    pub tenant_id: String,
    pub event_id: String,
    pub occurred_at: DateTime<Utc>,
    pub actor: String,
    pub transferred_to: Option<String>,
    /// `None`: nobody has begun.
    pub found: Option<Value>,
    pub steps: Option<Value>,
    pub finished_at: Option<DateTime<Utc>>,
    pub receipt: Option<Value>,
}

const ERASURES: &str = "
select e.aggregate_id as user_id, e.tenant_id, e.event_id, e.occurred_at, e.actor,
       e.payload ->> 'transferred_to' as transferred_to, d.found, d.steps, d.finished_at, d.receipt
  from store.events e left join store.erasures d on d.user_id = e.aggregate_id
 where e.event_type = 'UserErased'";

const OWNED: &str = "
select distinct aggregate_type, aggregate_id, tenant_id from store.belongings
 where person = $1 and event_type in ('ProjectCreated', 'SessionOpened', 'ProjectTransferred', 'SessionErased')
 order by 1, 2";

const BELONGS: &str = "
select distinct aggregate_id from store.belongings
 where person = $1 and event_type in ('TenantCreated', 'MemberJoined', 'MemberAdmitted')
 order by 1";

/// Everything of these aggregates; `$1` their types, `$2` their ids.
const EVENTS: &str = "
select e.aggregate_type, e.event_type, count(*) as stored, count(l.event_id) as published
  from unnest($1::text[], $2::text[]) as theirs (aggregate_type, aggregate_id)
  join store.events e using (aggregate_type, aggregate_id)
  left join store.log l using (event_id)
 group by 1, 2 order by 1, 2";

const OTHERS: &str = "
select (select count(*) from store.unique_claims where aggregate_type = 'user' and aggregate_id = $4),
       (select count(*) from store.idempotency where tenant_id = $3 and actor = $4),
       (select count(*) from store.snapshots s
          join unnest($1::text[], $2::text[]) as theirs (aggregate_type, aggregate_id) using (aggregate_type, aggregate_id)),
       (select coalesce(sum((e.payload -> 'outcome' ->> 'pieces')::bigint), 0)::bigint
          from unnest($1::text[], $2::text[]) as theirs (aggregate_type, aggregate_id)
          join store.events e using (aggregate_type, aggregate_id)
         where e.occurred_at > now() - interval '1 day')";

impl Owned {
    /// The types and ids of these aggregates and the person's own.
    fn columns(&self, person: UserId) -> (Vec<&'static str>, Vec<String>) {
        let projects = self.projects.iter().map(|id| ("project", id.clone()));
        let sessions = self.sessions.iter().map(|id| ("session", id.clone()));
        projects.chain(sessions).chain([("user", person.to_string())]).unzip()
    }

    /// Where this one is; `home` unless it is elsewhere.
    pub fn tenant_of(&self, id: &str, home: TenantId) -> TenantId {
        self.elsewhere.get(id).copied().unwrap_or(home)
    }
}

impl Store {
    /// What ever belonged to this person, whose account is in this tenant.
    pub async fn ever_owned(&self, tenant: TenantId, person: UserId) -> Result<Owned, Error> {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(OWNED).bind(person.to_string()).fetch_all(&self.pool).await?;
        let of = |kind: &str| rows.iter().filter(|(is, ..)| is == kind).map(|(_, id, _)| id.clone()).collect();
        let placed = rows.iter().filter_map(|(_, id, tenant)| Some((id.clone(), tenant.parse().ok()?)));
        let elsewhere = placed.filter(|(_, place)| *place != tenant).collect();
        Ok(Owned { projects: of("project"), sessions: of("session"), elsewhere })
    }

    /// The tenants that this person began or joined, also those that they have left.
    pub async fn ever_belonged(&self, person: UserId) -> Result<Vec<TenantId>, Error> {
        let ids: Vec<String> = sqlx::query_scalar(BELONGS).bind(person.to_string()).fetch_all(&self.pool).await?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// The projects that were ever shared with this person, and their tenants.
    pub async fn ever_shared_with(&self, person: UserId) -> Result<Vec<(TenantId, String)>, Error> {
        let query = "select distinct tenant_id, aggregate_id from store.belongings
                      where person = $1 and event_type = 'ProjectShared' order by 2";
        let rows: Vec<(String, String)> = sqlx::query_as(query).bind(person.to_string()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().filter_map(|(tenant, project)| Some((tenant.parse().ok()?, project))).collect())
    }

    /// The tenant where an account is; `None`: there is no such account.
    pub async fn home_of(&self, person: UserId) -> Result<Option<TenantId>, Error> {
        let query = "select tenant_id from store.events where aggregate_type = 'user' and aggregate_id = $1 limit 1";
        let home: Option<String> =
            sqlx::query_scalar(query).bind(person.to_string()).fetch_optional(&self.pool).await?;
        Ok(home.and_then(|home| home.parse().ok()))
    }

    /// How often this person appears, in what belongs to them.
    pub async fn traces(&self, tenant: TenantId, person: UserId, owned: &Owned) -> Result<Traces, Error> {
        let (types, ids) = owned.columns(person);
        let events = sqlx::query_as(EVENTS).bind(&types).bind(&ids).fetch_all(&self.pool).await?;
        let others: (i64, i64, i64, i64) = sqlx::query_as(OTHERS)
            .bind(&types)
            .bind(&ids)
            .bind(tenant.to_string())
            .bind(person.to_string())
            .fetch_one(&self.pool)
            .await?;
        let (unique_claims, idempotency_answers, snapshots, stream_pieces) = others;
        Ok(Traces { events, unique_claims, idempotency_answers, snapshots, stream_pieces })
    }

    /// Deletes the stored answers of this person's calls, and the snapshots of what belonged to them; they are
    /// made anew from what is left. Returns how many of each.
    pub async fn forget_person(&self, tenant: TenantId, person: UserId, owned: &Owned) -> Result<(u64, u64), Error> {
        let mut tenants = self.ever_belonged(person).await?;
        tenants.push(tenant);
        let answers = sqlx::query("delete from store.idempotency where tenant_id = any($1) and actor = $2")
            .bind(tenants.iter().map(TenantId::to_string).collect::<Vec<_>>())
            .bind(person.to_string())
            .execute(&self.pool)
            .await?;
        let (types, ids) = owned.columns(person);
        let query = "delete from store.snapshots s using unnest($1::text[], $2::text[]) as theirs (aggregate_type, aggregate_id)
                      where s.aggregate_type = theirs.aggregate_type and s.aggregate_id = theirs.aggregate_id";
        let snapshots = sqlx::query(query).bind(&types).bind(&ids).execute(&self.pool).await?;
        Ok((answers.rows_affected(), snapshots.rows_affected()))
    }

    /// The erasure of a person, if the log says that they were erased.
    pub async fn erasure(&self, person: UserId) -> Result<Option<Erasure>, Error> {
        let query = format!("{ERASURES} and e.aggregate_id = $1");
        Ok(sqlx::query_as(&query).bind(person.to_string()).fetch_optional(&self.pool).await?)
    }

    /// The people who were erased and whose erasure is not finished.
    pub async fn unfinished_erasures(&self) -> Result<Vec<Erasure>, Error> {
        let query = format!("{ERASURES} and d.finished_at is null order by e.occurred_at");
        Ok(sqlx::query_as(&query).fetch_all(&self.pool).await?)
    }

    /// Everyone whom the log calls erased, and every project.
    pub async fn erased_owners(&self) -> Result<Vec<String>, Error> {
        let query = "select aggregate_id from store.events where event_type = 'UserErased'
                     union all
                     select jsonb_array_elements_text(receipt -> 'projects' -> 'erased') from store.erasures
                      where receipt is not null";
        Ok(sqlx::query_scalar(query).fetch_all(&self.pool).await?)
    }

    /// Nobody else carries this erasure out until the guard is dropped; waits for who does.
    pub async fn erase_alone(&self, person: UserId) -> Result<Transaction<'static, Postgres>, Error> {
        let mut guard = self.pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('erasure of ' || $1, 0))")
            .bind(person.to_string())
            .execute(&mut *guard)
            .await?;
        Ok(guard)
    }

    /// It begins: notes what there was. An earlier note stays.
    pub async fn begin_erasure(&self, erasure: &Erasure, found: &Value) -> Result<(), Error> {
        let query = "insert into store.erasures (user_id, tenant_id, event_id, found) values ($1, $2, $3, $4)
                     on conflict (user_id) do nothing";
        sqlx::query(query)
            .bind(&erasure.user_id)
            .bind(&erasure.tenant_id)
            .bind(&erasure.event_id)
            .bind(found)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A step is done.
    pub async fn note_step(&self, person: UserId, step: &str, outcome: &Value) -> Result<(), Error> {
        let query =
            "update store.erasures set steps = steps || jsonb_build_object($2::text, $3::jsonb) where user_id = $1";
        sqlx::query(query).bind(person.to_string()).bind(step).bind(outcome).execute(&self.pool).await?;
        Ok(())
    }

    /// It is done. A receipt is written once.
    pub async fn finish_erasure(&self, person: UserId, receipt: &Value) -> Result<(), Error> {
        let query =
            "update store.erasures set finished_at = now(), receipt = $2 where user_id = $1 and finished_at is null";
        sqlx::query(query).bind(person.to_string()).bind(receipt).execute(&self.pool).await?;
        Ok(())
    }

    /// The ids of the events by which a person was erased, in the order in which they happened.
    pub async fn erasure_events(&self, person: UserId, owned: &Owned) -> Result<Vec<(String, String)>, Error> {
        let (types, ids) = owned.columns(person);
        let query = "select e.event_type, e.event_id
                       from unnest($1::text[], $2::text[]) as theirs (aggregate_type, aggregate_id)
                       join store.events e using (aggregate_type, aggregate_id)
                      where e.event_type in ('UserErased', 'ProjectTransferred', 'ProjectErased', 'SessionErased')
                      order by e.row_id";
        Ok(sqlx::query_as(query).bind(&types).bind(&ids).fetch_all(&self.pool).await?)
    }
}

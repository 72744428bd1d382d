//! Every place where a person appears, with counts. Changes nothing.

use anyhow::Context;
use domain::{TenantId, UserId};
use secrecy::ExposeSecret;
use serde::Serialize;
use sqlx::PgPool;
use store::Traces;

use crate::config::Config;

/// Where a person appears.
#[derive(Debug, Serialize)]
pub struct Places {
    pub store: Traces,
    pub topics: Vec<Count>,
    pub keys: i64,
    pub auth: Vec<Count>,
    pub read_models: Vec<Count>,
    pub redis: Vec<Count>,
    /// What holds nothing by rule, and what forgets by itself.
    pub elsewhere: Vec<Note>,
}

/// So many rows, records or keys.
#[derive(Debug, Serialize)]
pub struct Count {
    pub place: String,
    pub count: i64,
}

#[derive(Debug, Serialize)]
pub struct Note {
    pub place: &'static str,
    pub rule: &'static str,
}

const AUTH: [(&str, &str); 3] = [
    ("auth.credentials", "select count(*) from auth.credentials where user_id = $1"),
    ("auth.families", "select count(*) from auth.families where user_id = $1"),
    ("auth.tokens", "select count(*) from auth.tokens join auth.families using (family_id) where user_id = $1"),
];

const READ: [(&str, &str); 14] = [
    ("read.users", "select count(*) from read.users where id = $1"),
    ("read.projects", "select count(*) from read.projects where owner = $1"),
    ("read.sessions", "select count(*) from read.sessions where owner = $1"),
    (
        "read.messages",
        "select count(*) from read.messages m join read.sessions s on s.id = m.session_id where s.owner = $1",
    ),
    (
        "read.generations",
        "select count(*) from read.generations g join read.sessions s on s.id = g.session_id where s.owner = $1",
    ),
    (
        "read.versions",
        "select count(*) from read.versions v join read.sessions s on s.id = v.session_id where s.owner = $1",
    ),
    ("read.files", "select count(*) from read.files f join read.sessions s on s.id = f.session_id where s.owner = $1"),
    ("read.members", "select count(*) from read.members where user_id = $1"),
    ("read.usage_generations", "select count(*) from read.usage_generations where user_id = $1"),
    ("read.usage_events", "select count(*) from read.usage_events where user_id = $1"),
    ("read.audit_users", "select count(*) from read.audit_users where aggregate_id = $1 or actor = $1"),
    ("read.audit_projects", "select count(*) from read.audit_projects where actor = $1"),
    ("read.audit_sessions", "select count(*) from read.audit_sessions where actor = $1"),
    ("read.audit_tenants", "select count(*) from read.audit_tenants where actor = $1"),
];

const ELSEWHERE: [Note; 5] = [
    Note { place: "logs", rule: "ids only, by rule: no text, address, password or token is ever logged" },
    Note { place: "memory of every process", rule: "keys and opened texts are dropped within seconds of the erasure" },
    Note { place: "snapshots, chunks, parked and dead letters", rule: "sealed with the person's key" },
    Note { place: "key backups", rule: "live for 30 days at most; an erasure is applied again after a restore" },
    Note {
        place: "backups of the database",
        rule: "hold sealed bytes and read models: keep them no longer than key backups",
    },
];

impl Places {
    /// Asks every owner's tables. `owner` may read them all, but for the rows of read models: those only show
    /// themselves to `read`, who folds them.
    pub async fn of(
        (owner, read): (&PgPool, &PgPool),
        config: &Config,
        user: UserId,
        store: Traces,
    ) -> anyhow::Result<Self> {
        let keys = "select count(*) from keys.data_keys where owner = $1 and wrapped is not null";
        Ok(Self {
            topics: topics(config, &store),
            keys: sqlx::query_scalar(keys).bind(user.to_string()).fetch_one(owner).await?,
            auth: auth(owner, user).await?,
            read_models: read_models(read, user).await?,
            redis: redis(config, user).await?,
            elsewhere: ELSEWHERE.into(),
            store,
        })
    }
}

/// Where somebody is at home, if the store knows them.
pub async fn tenant_of(owner: &PgPool, user: UserId) -> anyhow::Result<Option<TenantId>> {
    let query =
        "select tenant_id from store.events where aggregate_type = 'user' and aggregate_id = $1 and sequence = 1";
    let tenant: Option<String> = sqlx::query_scalar(query).bind(user.to_string()).fetch_optional(owner).await?;
    tenant.map(|tenant| tenant.parse().context("an event without a tenant")).transpose()
}

/// Rows of the read models that still belong to somebody who was erased, and events of the erasure that the audit log
/// has not folded: as soon as it has one, it shows no text of what that erased.
pub async fn left_in_read_models(read: &PgPool, user: UserId, erased_by: &[String]) -> anyhow::Result<i64> {
    let query = "select (select count(*) from read.users where id = $1 and not erased)
                      + (select count(*) from read.projects where owner = $1 and not erased)
                      + (select count(*) from read.sessions where owner = $1 and not erased)
                      + (select count(*) from unnest($2::text[]) as gone (id)
                          where not exists (select from read.audit_users where id = gone.id)
                            and not exists (select from read.audit_projects where id = gone.id)
                            and not exists (select from read.audit_sessions where id = gone.id))";
    Ok(sqlx::query_scalar(query).bind(user.to_string()).bind(erased_by).fetch_one(read).await?)
}

/// Records by topic: what the relay has published of the person's events, and the pieces of their answers.
fn topics(config: &Config, store: &Traces) -> Vec<Count> {
    let topics = config.kafka.topics();
    let published = |kind: &str| {
        let of = store.events.iter().filter(|events| events.aggregate_type == kind);
        of.map(|events| events.published).sum::<i64>()
    };
    let facts = ["user", "project", "session"]
        .into_iter()
        .filter_map(|kind| Some(Count { place: topics.of_aggregate(kind)?, count: published(kind) }));
    let pieces =
        Count { place: format!("{} (pieces, kept for 24 h)", topics.session_stream()), count: store.stream_pieces };
    facts.chain([pieces]).collect()
}

async fn auth(owner: &PgPool, user: UserId) -> anyhow::Result<Vec<Count>> {
    let mut counts = Vec::new();
    for (place, query) in AUTH {
        let count = sqlx::query_scalar(query).bind(user.as_uuid()).fetch_one(owner).await?;
        counts.push(Count { place: place.to_owned(), count });
    }
    Ok(counts)
}

async fn read_models(read: &PgPool, user: UserId) -> anyhow::Result<Vec<Count>> {
    let mut counts = Vec::new();
    for (place, query) in READ {
        let count = sqlx::query_scalar(query).bind(user.to_string()).fetch_one(read).await?;
        counts.push(Count { place: place.to_owned(), count });
    }
    Ok(counts)
}

/// The counters that carry the person's id.
async fn redis(config: &Config, user: UserId) -> anyhow::Result<Vec<Count>> {
    let Some(url) = &config.redis.url else { return Ok(Vec::new()) };
    let client = redis::Client::open(url.expose_secret())?;
    let mut connection = client.get_multiplexed_async_connection().await.context("Redis does not answer")?;
    let mut counts = Vec::new();
    for kind in ["person", "export"] {
        let key = format!("atelier:requests:{kind}:{user}");
        let count = redis::cmd("EXISTS").arg(&key).query_async(&mut connection).await?;
        counts.push(Count { place: format!("atelier:requests:{kind}:<user>"), count });
    }
    Ok(counts)
}

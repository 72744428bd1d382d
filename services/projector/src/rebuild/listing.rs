//! The projections, how far each is, and the copies they have.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::FromRow;

use super::Tools;
use super::copies::name;
use crate::home::Home;
use crate::{Config, catalog, watermarks};

/// One projection, or a copy of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    pub projection: &'static str,
    pub topic: String,
    /// `live`, `next` (a rebuild) or `previous` (what was live before the last swap).
    pub copy: &'static str,
    /// `live`, `filling` or `ready`.
    pub state: String,
    /// Records behind it.
    pub folded: i64,
    /// Records of its topic that it has not folded.
    pub behind: i64,
    /// Keys that wait among its dead letters.
    pub parked: i64,
    pub since: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Copy {
    state: String,
    started_at: DateTime<Utc>,
}

/// All of them, each with its copies.
pub async fn list(config: &Config, tools: &Tools) -> anyhow::Result<Vec<Listed>> {
    let mut listed = Vec::new();
    for entry in catalog::ALL {
        let topic = tools.bus.topics().named(entry.topic);
        let ends = watermarks::of_topic(&tools.bus, &topic, config.kafka_timeout).await?;
        for home in [Home::Live, Home::Next, Home::Previous] {
            listed.extend(one(tools, entry.name, &topic, home, &ends).await?);
        }
    }
    Ok(listed)
}

async fn one(
    tools: &Tools,
    projection: &'static str,
    topic: &str,
    home: Home,
    ends: &BTreeMap<i32, (i64, i64)>,
) -> anyhow::Result<Option<Listed>> {
    let copy: Option<Copy> =
        sqlx::query_as("select state, started_at from read.copies where projection = $1 and copy = $2")
            .bind(projection)
            .bind(name(home))
            .fetch_optional(&tools.owner)
            .await?;
    if copy.is_none() && home != Home::Live {
        return Ok(None);
    }
    let schema = home.schema();
    let places: Vec<(i32, i64)> =
        sqlx::query_as(&format!("select partition, next_offset from {schema}.offsets where projection = $1"))
            .bind(projection)
            .fetch_all(&tools.owner)
            .await?;
    let count = format!("select count(distinct (topic, partition, key)) from {schema}.parked where projection = $1");
    let parked = sqlx::query_scalar(&count).bind(projection).fetch_one(&tools.owner).await?;
    let folded: i64 = places.iter().map(|(_, next)| next).sum();
    let end: i64 = ends.values().map(|(_, end)| end).sum();
    let (state, since) = copy.map_or_else(|| ("live".to_owned(), None), |copy| (copy.state, Some(copy.started_at)));
    let (topic, copy, behind) = (topic.to_owned(), name(home), (end - folded).max(0));
    Ok(Some(Listed { projection, topic, copy, state, folded, behind, parked, since }))
}

//! What a person takes with them: their own rows, page by page, in the order of their ids.

use domain::UserId;
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};

/// What all answers of a person consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Usage {
    /// Which model answered.
    pub model: Option<String>,
    pub answers: i64,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub total_tokens: i64,
    /// In decimal.
    pub cost: Option<String>,
    pub currency: Option<String>,
}

/// The reader's usage, by model and currency.
pub async fn usage(reader: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<Usage>> {
    let query = "
        select g.model, count(*) as answers,
               coalesce(sum((g.usage ->> 'prompt_tokens')::bigint), 0)::bigint as prompt_tokens,
               coalesce(sum((g.usage ->> 'completion_tokens')::bigint), 0)::bigint as completion_tokens,
               coalesce(sum((g.usage ->> 'total_tokens')::bigint), 0)::bigint as total_tokens,
               sum((g.cost ->> 'amount')::numeric)::text as cost, g.cost ->> 'currency' as currency
          from read.sessions s join read.generations g on g.session_id = s.id
         where s.owner = $1 and g.usage is not null
         group by g.model, g.cost ->> 'currency' order by g.model, 7";
    sqlx::query_as(query).bind(person.to_string()).fetch_all(reader).await
}

/// A kind of rows that a person takes with them. Deleted ones are among them: they are still theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Projects,
    /// Those of others that are shared with the person.
    SharedProjects,
    Sessions,
    Messages,
    Versions,
}

impl Part {
    pub const ALL: [Self; 5] = [Self::Projects, Self::SharedProjects, Self::Sessions, Self::Messages, Self::Versions];

    /// Its name in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Projects => "projects",
            Self::SharedProjects => "shared_projects",
            Self::Sessions => "sessions",
            Self::Messages => "messages",
            Self::Versions => "versions",
        }
    }

    /// `$1` the person, `$2` and `$3` the place after which the page begins, `$4` how many rows it has.
    const fn query(self) -> &'static str {
        match self {
            Self::Projects => {
                "select id, 0::bigint, jsonb_build_object('id', id, 'name', name, 'description', description,
                        'created_at', created_at, 'updated_at', updated_at, 'deleted_at', deleted_at,
                        'members', (select coalesce(jsonb_agg(jsonb_build_object('id', user_id, 'role', role,
                                        'since', created_at) order by created_at, user_id), '[]')
                                      from read.project_members m
                                     where m.project_id = projects.id and m.deleted_at is null))
                   from read.projects as projects where owner = $1 and (id, 0::bigint) > ($2, $3) order by id limit $4"
            }
            Self::SharedProjects => {
                "select project_id, 0::bigint, jsonb_build_object('id', project_id, 'role', role, 'since', created_at,
                        'until', deleted_at)
                   from read.project_members
                  where user_id = $1 and (project_id, 0::bigint) > ($2, $3) order by project_id limit $4"
            }
            Self::Sessions => {
                "select id, 0::bigint, jsonb_build_object('id', id, 'project_id', project_id, 'title', title,
                        'head', head, 'created_at', created_at, 'updated_at', updated_at, 'deleted_at', deleted_at)
                   from read.sessions where owner = $1 and (id, 0::bigint) > ($2, $3) order by id limit $4"
            }
            Self::Messages => {
                "select m.session_id, m.position, jsonb_build_object('id', m.id, 'session_id', m.session_id,
                        'role', m.role, 'content', m.content, 'reasoning', m.reasoning, 'status', m.status,
                        'generation_id', m.generation_id, 'model', m.model, 'usage', m.usage, 'cost', m.cost,
                        'created_at', m.created_at)
                   from read.sessions s join read.messages m on m.session_id = s.id
                  where s.owner = $1 and s.id >= $2 and (m.session_id, m.position) > ($2, $3)
                  order by m.session_id, m.position limit $4"
            }
            Self::Versions => {
                "select v.session_id, v.number::bigint, jsonb_build_object('session_id', v.session_id,
                        'number', v.number, 'author', v.author, 'base', v.base, 'generation_id', v.generation_id,
                        'created_at', v.created_at,
                        'changes', (select coalesce(jsonb_agg(jsonb_build_object('path', path, 'op', op,
                                        'content', content) order by path), '[]')
                                      from read.files f where f.session_id = v.session_id and f.number = v.number))
                   from read.sessions s join read.versions v on v.session_id = s.id
                  where s.owner = $1 and s.id >= $2 and (v.session_id, v.number::bigint) > ($2, $3)
                  order by v.session_id, v.number limit $4"
            }
        }
    }
}

/// Where a page ended.
pub type Place = (String, i64);

/// The next rows of one kind, and where they end; no rows: that was all.
pub async fn page(
    reader: &mut PgConnection,
    person: UserId,
    part: Part,
    after: &Place,
    limit: i64,
) -> sqlx::Result<(Vec<Value>, Place)> {
    let rows: Vec<(String, i64, Value)> = sqlx::query_as(part.query())
        .bind(person.to_string())
        .bind(&after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(reader)
        .await?;
    let end = rows.last().map_or_else(|| after.clone(), |(id, number, _)| (id.clone(), *number));
    Ok((rows.into_iter().map(|(_, _, row)| row).collect(), end))
}

//! Rows to tables, one statement each.

use sqlx::PgConnection;

use super::fold::Fold;
use super::rows::{FileRow, GenerationRow, MessageRow, SessionRow, VersionRow};
use crate::fact::column;

/// Writes what a batch changed, and leaves out tables that it did not touch.
pub(super) async fn write(tx: &mut PgConnection, fold: &Fold) -> sqlx::Result<()> {
    let sessions: Vec<&SessionRow> = fold.sessions.values().collect();
    let generations: Vec<&GenerationRow> = fold.generations.values().collect();
    if !sessions.is_empty() {
        write_sessions(tx, &sessions).await?;
    }
    if !generations.is_empty() {
        write_generations(tx, &generations).await?;
    }
    if !fold.messages.is_empty() {
        write_messages(tx, &fold.messages).await?;
    }
    if !fold.versions.is_empty() {
        write_versions(tx, &fold.versions).await?;
    }
    if !fold.files.is_empty() {
        write_files(tx, &fold.files).await?;
    }
    Ok(())
}

async fn write_sessions(tx: &mut PgConnection, rows: &[&SessionRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into sessions (id, tenant_id, project_id, owner, title, erased, head, active_generation_id,
             active_attempt, active_status, created_at, updated_at, deleted_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::int[],
             $8::text[], $9::int[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
             $14::bigint[])
         on conflict (id) do update set owner = excluded.owner, title = excluded.title, erased = excluded.erased, head = excluded.head,
             active_generation_id = excluded.active_generation_id, active_attempt = excluded.active_attempt,
             active_status = excluded.active_status, updated_at = excluded.updated_at,
             deleted_at = excluded.deleted_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.project_id.as_str()))
    .bind(column(rows, |row| row.owner.as_str()))
    .bind(column(rows, |row| row.title.as_str()))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.head))
    .bind(column(rows, |row| row.active_generation_id.as_deref()))
    .bind(column(rows, |row| row.active_attempt))
    .bind(column(rows, |row| row.active_status.as_deref()))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.deleted_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_generations(tx: &mut PgConnection, rows: &[&GenerationRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into generations (id, tenant_id, session_id, message_id, status, position, attempt, model,
             provider, number, finish_reason, prompt_digest, usage, cost, error_code, retryable, started_at, ended_at,
             created_at, updated_at, version)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::int[],
             $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::jsonb[], $14::jsonb[], $15::text[],
             $16::bool[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[],
             $21::bigint[])
         on conflict (id) do update set status = excluded.status, attempt = excluded.attempt, model = excluded.model,
             provider = excluded.provider, number = excluded.number, finish_reason = excluded.finish_reason,
             prompt_digest = excluded.prompt_digest, usage = excluded.usage, cost = excluded.cost,
             error_code = excluded.error_code, retryable = excluded.retryable, started_at = excluded.started_at,
             ended_at = excluded.ended_at, updated_at = excluded.updated_at, version = excluded.version",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.session_id.as_str()))
    .bind(column(rows, |row| row.message_id.as_str()))
    .bind(column(rows, |row| row.status.as_str()))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.attempt))
    .bind(column(rows, |row| row.model.as_deref()))
    .bind(column(rows, |row| row.provider.as_deref()))
    .bind(column(rows, |row| row.number))
    .bind(column(rows, |row| row.finish_reason.as_deref()))
    .bind(column(rows, |row| row.prompt_digest.as_deref()))
    .bind(column(rows, |row| row.usage.clone()))
    .bind(column(rows, |row| row.cost.clone()))
    .bind(column(rows, |row| row.error_code.as_deref()))
    .bind(column(rows, |row| row.retryable))
    .bind(column(rows, |row| row.started_at))
    .bind(column(rows, |row| row.ended_at))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.updated_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_messages(tx: &mut PgConnection, rows: &[MessageRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into messages (id, tenant_id, session_id, role, position, content, reasoning, erased,
             generation_id, model, provider, status, number, usage, cost, error_code, retryable, created_at,
             updated_at, version)
         select id, tenant_id, session_id, role, position, content, reasoning, erased, generation_id, model, provider,
             status, number, usage, cost, error_code, retryable, created_at, created_at, version
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bool[],
             $9::text[], $10::text[], $11::text[], $12::text[], $13::int[], $14::jsonb[], $15::jsonb[], $16::text[],
             $17::bool[], $18::timestamptz[], $19::bigint[])
             as row(id, tenant_id, session_id, role, position, content, reasoning, erased, generation_id, model,
                    provider, status, number, usage, cost, error_code, retryable, created_at, version)
         order by id",
    )
    .bind(column(rows, |row| row.id.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.session_id.as_str()))
    .bind(column(rows, |row| row.role))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.content.as_str()))
    .bind(column(rows, |row| row.reasoning.as_str()))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.generation_id.as_str()))
    .bind(column(rows, |row| row.model.as_deref()))
    .bind(column(rows, |row| row.provider.as_deref()))
    .bind(column(rows, |row| row.status.as_str()))
    .bind(column(rows, |row| row.number))
    .bind(column(rows, |row| row.usage.clone()))
    .bind(column(rows, |row| row.cost.clone()))
    .bind(column(rows, |row| row.error_code.as_deref()))
    .bind(column(rows, |row| row.retryable))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_versions(tx: &mut PgConnection, rows: &[VersionRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into versions (session_id, number, tenant_id, author, base, generation_id, restored_from, erased,
             created_at, updated_at, version)
         select session_id, number, tenant_id, author, base, generation_id, restored_from, erased, created_at,
             created_at, version
         from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::text[], $7::int[], $8::bool[],
             $9::timestamptz[], $10::bigint[])
             as row(session_id, number, tenant_id, author, base, generation_id, restored_from, erased, created_at,
                    version)
         order by session_id, number",
    )
    .bind(column(rows, |row| row.session_id.as_str()))
    .bind(column(rows, |row| row.number))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.author))
    .bind(column(rows, |row| row.base))
    .bind(column(rows, |row| row.generation_id.as_deref()))
    .bind(column(rows, |row| row.restored_from))
    .bind(column(rows, |row| row.erased))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_files(tx: &mut PgConnection, rows: &[FileRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into files (session_id, number, path, tenant_id, op, content, sha256, created_at, updated_at,
             version)
         select session_id, number, path, tenant_id, op, content, sha256, created_at, created_at, version
         from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::timestamptz[], $9::bigint[])
             as row(session_id, number, path, tenant_id, op, content, sha256, created_at, version)
         order by session_id, number, path",
    )
    .bind(column(rows, |row| row.session_id.as_str()))
    .bind(column(rows, |row| row.number))
    .bind(column(rows, |row| row.path.as_str()))
    .bind(column(rows, |row| row.tenant_id.as_str()))
    .bind(column(rows, |row| row.op))
    .bind(column(rows, |row| row.content.as_deref()))
    .bind(column(rows, |row| row.sha256.as_deref()))
    .bind(column(rows, |row| row.created_at))
    .bind(column(rows, |row| row.version))
    .execute(tx)
    .await?;
    Ok(())
}

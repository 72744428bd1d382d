//! File rows that follow from rows that are already there: the contents never leave Postgres.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::rows::FileRow;

/// Rows of one version, to be derived from the versions below it.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub session_id: String,
    pub tenant_id: String,
    pub number: i32,
    pub at: DateTime<Utc>,
    /// The event's sequence.
    pub version: i64,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// The first of the sources that had a content in the version before; if none had, the row as it is.
    Moved { sources: Vec<String>, or: FileRow },
    /// Everything is again what it was at this number.
    Restored(i32),
    /// The texts up to here are gone with who wrote them, and perhaps the files.
    Forgotten { files: bool },
}

/// Per path the newest row at or below a number; `$1` is the session.
macro_rules! files_at {
    ($number:literal) => {
        concat!(
            "(select distinct on (path) path, content, sha256 from files
              where session_id = $1 and number <= ",
            $number,
            " order by path, number desc)"
        )
    };
}

const MOVE: &str = "
    insert into files (session_id, number, path, tenant_id, op, content, sha256, created_at, updated_at, version)
    select $1, $2, $6, $3, case when source.content is null then $8 else 'rename' end,
           coalesce(source.content, $9), case when source.content is null then $10 else source.sha256 end, $4, $4, $5
    from (select) as one left join (
        select content, sha256 from unnest($7::text[]) with ordinality as candidate(path, place)
        cross join lateral (
            select content, sha256 from files
            where session_id = $1 and path = candidate.path and number < $2 order by number desc limit 1) as newest
        where content is not null order by place limit 1) as source on true";

const RESTORE: &str = concat!(
    "insert into files (session_id, number, path, tenant_id, op, content, sha256, created_at, updated_at, version)
     select $1, $2, coalesce(was.path, now.path), $3,
            case when was.content is null then 'delete' when now.content is null then 'create' else 'patch' end,
            was.content, was.sha256, $4, $4, $5
     from ",
    files_at!("$6"),
    " as was full join ",
    files_at!("$2 - 1"),
    " as now on was.path = now.path
     where was.content is distinct from now.content"
);

const FORGET_TEXTS: &str = "
    update messages set content = '', reasoning = '', erased = true where session_id = $1 and version <= $2";

/// The numbers stay, so that those that follow mean the same.
const FORGET_FILES: &str = "
    with gone as (delete from files where session_id = $1 and version <= $2)
    update versions set erased = true where session_id = $1 and version <= $2";

impl Derived {
    pub(super) async fn write(&self, tx: &mut PgConnection) -> sqlx::Result<()> {
        let statement = match self.what {
            What::Moved { .. } => MOVE,
            What::Restored(_) => RESTORE,
            What::Forgotten { files } => return self.forget(tx, files).await,
        };
        let common = sqlx::query(statement)
            .bind(&self.session_id)
            .bind(self.number)
            .bind(&self.tenant_id)
            .bind(self.at)
            .bind(self.version);
        match &self.what {
            What::Moved { sources, or } => {
                let or_else = common.bind(&or.path).bind(sources).bind(or.op).bind(&or.content).bind(&or.sha256);
                or_else.execute(tx).await?
            }
            What::Restored(number) => common.bind(number).execute(tx).await?,
            What::Forgotten { .. } => return Ok(()),
        };
        Ok(())
    }

    async fn forget(&self, tx: &mut PgConnection, files: bool) -> sqlx::Result<()> {
        for statement in [Some(FORGET_TEXTS), files.then_some(FORGET_FILES)].into_iter().flatten() {
            sqlx::query(statement).bind(&self.session_id).bind(self.version).execute(&mut *tx).await?;
        }
        Ok(())
    }
}

//! What goes from earlier rows when an aggregate says that it was erased.

use domain::Event;
use serde_json::Value;
use sqlx::PgConnection;

use crate::fact::{Fact, column};

/// An aggregate whose personal texts are gone up to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub aggregate_id: String,
    /// Rows below it are meant.
    pub version: i64,
    /// Whether the files are gone too; with a new owner they stay.
    pub files: bool,
}

impl Erased {
    /// `UserErased`, `SessionErased` and the like say so by their names, and an erased person's project goes to
    /// somebody else; `to` is who has the rest from now on.
    pub(super) fn by<E: Event>(fact: &Fact<E>) -> Option<Self> {
        let event_type = fact.event.event_type();
        let files = |payload: Value| payload.get("to").is_none_or(Value::is_null);
        (event_type.ends_with("Erased") || event_type == "ProjectTransferred").then(|| Self {
            aggregate_id: fact.id.clone(),
            version: fact.sequence,
            files: files(fact.event.payload()),
        })
    }
}

/// Afterwards the rows are what folding anew would make of them, now that the keys are gone.
pub async fn erase(tx: &mut PgConnection, table: &str, erased: &[Erased]) -> sqlx::Result<()> {
    if erased.is_empty() {
        return Ok(());
    }
    sqlx::query(&format!(
        "update {table} as audit
            set erased = audit.erased or audit.old_personal is not null or audit.new_personal is not null,
                old_personal = null, new_personal = null,
                files = case when gone.files then null else audit.files end
           from unnest($1::text[], $2::bigint[], $3::bool[]) as gone (aggregate_id, version, files)
          where audit.aggregate_id = gone.aggregate_id and audit.version < gone.version"
    ))
    .bind(column(erased, |it| it.aggregate_id.as_str()))
    .bind(column(erased, |it| it.version))
    .bind(column(erased, |it| it.files))
    .execute(tx)
    .await?;
    Ok(())
}

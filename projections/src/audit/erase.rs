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
    /// Only the rows about this invite; `None`: all of them.
    pub invite: Option<String>,
}

impl Erased {
    /// `UserErased`, `SessionErased` and the like say so by their names, and an erased person's project goes to
    /// somebody else; `to` is who has the rest from now on.
    /// An invite's address goes by itself.
    pub(super) fn by<E: Event>(fact: &Fact<E>) -> Option<Self> {
        let event_type = fact.event.event_type();
        let of_invite = matches!(event_type, "InviteRevoked" | "InviteForgotten");
        let files = |payload: &Value| payload.get("to").is_none_or(Value::is_null);
        (event_type.ends_with("Erased") || event_type == "ProjectTransferred" || of_invite).then(|| {
            let payload = fact.event.payload();
            let invite = payload.get("invite_id").and_then(Value::as_str).filter(|_| of_invite);
            Self {
                aggregate_id: fact.id.clone(),
                version: fact.sequence,
                files: files(&payload),
                invite: invite.map(str::to_owned),
            }
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
           from unnest($1::text[], $2::bigint[], $3::bool[], $4::text[]) as gone (aggregate_id, version, files, invite)
          where audit.aggregate_id = gone.aggregate_id and audit.version < gone.version
            and (gone.invite is null or audit.new ->> 'invite_id' = gone.invite)"
    ))
    .bind(column(erased, |it| it.aggregate_id.as_str()))
    .bind(column(erased, |it| it.version))
    .bind(column(erased, |it| it.files))
    .bind(column(erased, |it| it.invite.as_deref()))
    .execute(tx)
    .await?;
    Ok(())
}

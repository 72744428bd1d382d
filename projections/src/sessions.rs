//! Conversations: their messages, answers, versions and files.
//!
//! Write side: `fold` (events to rows in memory; `new` and `end` make them), `changes` (what a list of file operations comes to),
//! `write` (rows to tables), `derive` (what is computed from rows that are there). Read side: `session`,
//! `messages`, `versions`, `diff`; `past`: the same answers at a moment of the past, from events alone.

mod changes;
mod derive;
mod diff;
mod end;
mod fold;
mod messages;
mod new;
mod past;
mod rows;
mod session;
mod versions;
mod write;

pub use diff::{FileDiff, FileStatus, MAX_DIFF_LINES, diff};
pub use messages::{Message, messages};
pub use past::Past;
pub use session::{ActiveGeneration, QueuedGeneration, Session, by_id, of_project, wait_for};
pub use versions::{
    Change, File, Snapshot, Version, VersionFiles, files_at, head_files, project_files, version, versions,
};

use domain::session::Event;
use sqlx::PgConnection;

use crate::fact::{Error, Fact, Projection};
use fold::Fold;

/// The fold of `sessions`.
#[derive(Debug)]
pub struct Sessions;

impl Projection for Sessions {
    const NAME: &'static str = "sessions";
    const TOPIC: &'static str = "sessions";
    const TABLES: &'static [&'static str] = &["sessions", "generations", "messages", "versions", "files"];
    type Event = Event;

    async fn apply(tx: &mut PgConnection, facts: &[Fact<Event>]) -> Result<(), Error> {
        let mut fold = Fold::load(tx, facts).await?;
        for fact in facts {
            fold.fold(fact)?;
        }
        write::write(tx, &fold).await?;
        // These read rows written above, and one another's; each looks below its own number only.
        for derived in &fold.derived {
            derived.write(tx).await?;
        }
        Ok(())
    }
}

//! `sessions/{id}/diff`: what changed between two versions.

use axum::extract::State;
use domain::SessionId;
use projections::Freshness;
use projections::sessions::{self, FileStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Error;
use crate::ask::{Asked, Id};
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// The older version; 0 is the one without files.
    #[param(minimum = 0)]
    from: i32,
    /// The newer version.
    #[param(minimum = 0)]
    to: i32,
}

#[derive(Serialize, ToSchema)]
pub struct Diff {
    from: i32,
    to: i32,
    files: Vec<FileDiff>,
}

#[derive(Serialize, ToSchema)]
pub struct FileDiff {
    path: String,
    /// added, removed or modified.
    status: &'static str,
    /// The usual unified form; empty where a text is too long to compare.
    unified: String,
}

#[utoipa::path(get, path = "/sessions/{id}/diff", tag = "sessions", operation_id = "diff",
    params(("id" = String, Path, description = "The session"), Between),
    responses(
        (status = 200, body = Diff),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Asked(Between { from, to }): Asked<Between>,
) -> Result<Shown<Diff>, Error> {
    let mut reader = gateway.reader(&caller).await?;
    let found = sessions::diff(&mut reader, id, from, to).await?.ok_or(Error::NotFound)?;
    let files = found.into_iter().map(FileDiff::from).collect();
    Ok(Shown::list(Diff { from, to, files }, Freshness::Fresh))
}

impl From<sessions::FileDiff> for FileDiff {
    fn from(diff: sessions::FileDiff) -> Self {
        let status = match diff.status {
            FileStatus::Added => "added",
            FileStatus::Removed => "removed",
            FileStatus::Modified => "modified",
        };
        Self { path: diff.path, status, unified: diff.unified }
    }
}

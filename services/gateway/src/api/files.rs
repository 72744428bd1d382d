//! `projects/{id}/files`: what the project consists of now.

use axum::extract::State;
use domain::ProjectId;
use projections::{Freshness, sessions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Error;
use crate::ask::Id;
use crate::problem::ProblemBody;
use crate::read::Shown;
use crate::state::Gateway;
use crate::who::Caller;

/// One file, whole.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Relative to the project root.
    #[schema(example = "src/App.tsx")]
    pub path: String,
    pub content: String,
}

/// The newest files of the session that was active last.
#[derive(Serialize, ToSchema)]
pub struct ProjectFiles {
    /// Null: no session of this project has files yet.
    session_id: Option<String>,
    /// The number of the version.
    number: i32,
    files: Vec<File>,
}

#[utoipa::path(get, path = "/projects/{id}/files", tag = "projects", operation_id = "project_files",
    params(("id" = String, Path, description = "The project")),
    responses(
        (status = 200, body = ProjectFiles),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
) -> Result<Shown<ProjectFiles>, Error> {
    gateway.project(&caller, id, None).await?;
    let mut reader = gateway.reader(&caller).await?;
    let files = match sessions::project_files(&mut reader, id).await? {
        Some(snapshot) => ProjectFiles {
            session_id: Some(snapshot.session_id),
            number: snapshot.number,
            files: snapshot.files.into_iter().map(File::from).collect(),
        },
        None => ProjectFiles { session_id: None, number: 0, files: Vec::new() },
    };
    Ok(Shown::list(files, Freshness::Fresh))
}

impl From<sessions::File> for File {
    fn from(row: sessions::File) -> Self {
        Self { path: row.path, content: row.content }
    }
}

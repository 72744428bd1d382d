//! `projects/{id}/archive`: any version as a zip.

use std::io::{Cursor, Write};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{ProjectId, SessionId};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use projections::sessions::{self, Snapshot};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::IntoParams;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::Error;
use crate::ask::{Asked, Id};
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The session whose files are meant; left out, the one that was active last.
    session: Option<String>,
    /// The number of the version; left out, the newest.
    #[param(minimum = 1)]
    version: Option<i32>,
}

#[utoipa::path(get, path = "/projects/{id}/archive", tag = "projects", operation_id = "project_archive",
    params(("id" = String, Path, description = "The project"), Which),
    responses(
        (status = 200, description = "a zip", content_type = "application/zip", body = Vec<u8>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn download(
    State(gateway): State<Gateway>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Asked(which): Asked<Which>,
) -> Result<Response, Error> {
    let (project, _) = gateway.project(&caller, id, None).await?;
    let mut reader = gateway.reader(&caller).await?;
    let snapshot = find(&mut reader, id, &which).await?.ok_or(Error::NotFound)?;
    drop(reader);
    let name = format!("{}-v{}", slug(project.name()), snapshot.number);
    let folder = name.clone();
    let bytes = tokio::task::spawn_blocking(move || pack(&folder, &snapshot)).await.map_err(anyhow::Error::from)??;
    let disposition = format!("attachment; filename=\"{name}.zip\"");
    let headers = [(CONTENT_TYPE, "application/zip".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

async fn find(reader: &mut PgConnection, project: ProjectId, which: &Which) -> Result<Option<Snapshot>, Error> {
    let session = match &which.session {
        Some(text) => of_project(reader, project, text).await?,
        None => {
            let Some(newest) = sessions::project_files(reader, project).await? else { return Ok(None) };
            if which.version.is_none() {
                return Ok(Some(newest));
            }
            newest.session_id.parse().map_err(|_| Error::NotFound)?
        }
    };
    match which.version {
        Some(number) => Ok(sessions::files_at(reader, session, number).await?.filter(|found| found.number > 0)),
        None => Ok(sessions::head_files(reader, session).await?),
    }
}

/// The session of this project that is meant.
async fn of_project(reader: &mut PgConnection, project: ProjectId, text: &str) -> Result<SessionId, Error> {
    let id: SessionId = text.parse().map_err(|_| Error::NotFound)?;
    let session = sessions::by_id(reader, id).await?;
    let here = session.is_some_and(|session| session.project_id == project.to_string());
    if here { Ok(id) } else { Err(Error::NotFound) }
}

/// The same files give the same bytes: no clock is in it.
fn pack(folder: &str, snapshot: &Snapshot) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in snapshot.files.iter().filter(|file| is_safe(&file.path)) {
        zip.start_file(format!("{folder}/{}", file.path), options)?;
        zip.write_all(file.content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Stays below the folder it is unpacked into, on every system, and shows its real name.
fn is_safe(path: &str) -> bool {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\\' | ':' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !path.chars().any(hides) && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// A file name that every system takes.
fn slug(name: &str) -> String {
    let words = name.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").chars().take(60).collect();
    if slug.is_empty() { "project".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use projections::sessions::File;

    use super::*;

    fn snapshot(paths: &[&str]) -> Snapshot {
        let file = |path: &&str| File { path: (*path).to_owned(), content: format!("in {path}"), sha256: None };
        Snapshot { session_id: String::new(), number: 3, files: paths.iter().map(file).collect() }
    }

    #[test]
    fn a_zip_holds_the_files_and_nothing_that_leaves_its_folder() {
        let bytes = pack("app-v3", &snapshot(&["src/App.tsx", "../../etc/passwd", "/abs", "a\\b", "x\u{202e}gpj.exe"]))
            .unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.file_names().collect::<Vec<_>>(), ["app-v3/src/App.tsx"]);
        let mut content = String::new();
        zip.by_index(0).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "in src/App.tsx");
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        assert_eq!(pack("a", &snapshot(&["x", "y"])).unwrap(), pack("a", &snapshot(&["x", "y"])).unwrap());
    }

    #[test]
    fn any_name_becomes_a_file_name() {
        assert_eq!(slug("My Pricing Page! (v2)"), "my-pricing-page-v2");
        assert_eq!(slug("../../etc\0/passwd\""), "etc-passwd");
        assert_eq!(slug("日本語"), "project");
    }
}

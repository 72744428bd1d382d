//! All of it in one file, page after page.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use projections::Page;
use projections::audit::{self, Asked, CSV_HEAD, Entry};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::noting;
use crate::Error;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// How the changes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Json,
    Csv,
    Jsonl,
}

impl Format {
    pub fn accepted(headers: &HeaderMap) -> Self {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.starts_with("text/csv") {
            Self::Csv
        } else if accept.starts_with("application/jsonl") {
            Self::Jsonl
        } else {
            Self::Json
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/jsonl",
        }
    }

    const fn file_name(self) -> &'static str {
        match self {
            Self::Json | Self::Jsonl => "attachment; filename=\"audit.jsonl\"",
            Self::Csv => "attachment; filename=\"audit.csv\"",
        }
    }

    fn line(self, entry: &Entry) -> String {
        if matches!(self, Self::Csv) { entry.csv() } else { entry.jsonl() }
    }
}

/// A page at a time, so that a long history needs no long memory. The first one is read before anything is
/// answered: whatever is wrong with the question is told as for every other one.
pub async fn file(
    gateway: Gateway,
    caller: Caller,
    write: &Write,
    asked: Asked,
    page: Page,
    format: Format,
) -> Result<Response, Error> {
    let page = Page { limit: Some(100), ..page };
    let mut reader = gateway.reader(&caller).await?;
    let count = audit::count(&mut reader, &asked, &page).await?;
    let head = if matches!(format, Format::Csv) { CSV_HEAD } else { "" };
    // Of the same moment, so that the file holds as many as are noted.
    let (first, next) = lines(&mut reader, &asked, page, format).await?;
    reader.rollback().await?;
    noting::events(&gateway, &caller, write, &asked, format.name(), count).await?;
    let pages = stream::try_unfold(next, move |next| {
        let (gateway, caller, asked) = (gateway.clone(), caller.clone(), asked.clone());
        async move {
            let Some(page) = next else { return Ok(None) };
            let mut reader = gateway.reader(&caller).await?;
            lines(&mut reader, &asked, page, format).await.map(Some)
        }
    });
    let pages = pages.map(|page: Result<Bytes, Error>| page.map_err(|error| std::io::Error::other(error.to_string())));
    let body = stream::iter([Ok(Bytes::from(head)), Ok(first)]).chain(pages);
    let headers = [(CONTENT_TYPE, format.content_type()), (CONTENT_DISPOSITION, format.file_name())];
    Ok((headers, Body::from_stream(body)).into_response())
}

async fn lines(
    reader: &mut PgConnection,
    asked: &Asked,
    page: Page,
    format: Format,
) -> Result<(Bytes, Option<Page>), Error> {
    let found = audit::page(reader, asked, &page).await?;
    let text: String = found.items.iter().map(|entry| format.line(entry)).collect();
    let next = found.next_cursor.map(|cursor| Page { cursor: Some(cursor), ..page });
    Ok((text.into(), next))
}

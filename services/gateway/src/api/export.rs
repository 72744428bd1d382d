//! `me/export`: everything that is kept about the caller, as one JSON document.

use std::io;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::channel::mpsc::{Sender, channel};
use futures::{SinkExt, Stream, StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use projections::export::{self, Part};
use projections::users;
use rpc::auth::v1::{Device, ListDevicesRequest};
use serde_json::{Value, json};

use super::projects::moment;
use crate::Error;
use crate::limit::Subject;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;

/// Rows that are read at once; a version can carry many files.
const PAGE: i64 = 50;
/// Pieces of the document that wait for a slow reader.
const AHEAD: usize = 2;

/// Everything that is kept about the caller: profile, devices, ways to sign in, projects, sessions, messages, versions with their
/// files, usage. It is read while it is sent, each page as it is at that moment.
#[utoipa::path(get, path = "/me/export", tag = "auth", operation_id = "export_me",
    responses(
        (status = 200, description = "one JSON document", content_type = "application/json", body = Object),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn download(State(gateway): State<Gateway>, caller: Caller) -> Result<Response, Error> {
    let decision = gateway.limits.count(Subject::Export(caller.user)).await;
    if !decision.allowed {
        return Err(Error::TooManyRequests { retry_after: decision.reset_seconds() });
    }
    let head = gateway.export_head(&caller).await?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"atelier-export.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(document(gateway, caller, head))).into_response())
}

/// What a task sends comes out here; it goes on only as fast as it is read, and ends with its reader.
fn document(gateway: Gateway, caller: Caller, head: Value) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let (mut sender, pieces) = channel(AHEAD);
    let writing = async move {
        if let Err(error) = gateway.write_export(&caller, &head, &mut sender).await {
            tracing::warn!(%error, "an export was cut off: {error}");
            let _ = sender.send(Err(io::Error::other("the export was cut off"))).await;
        }
    };
    stream::select(pieces, stream::once(writing).filter_map(async |()| None))
}

impl Gateway {
    /// What is small.
    async fn export_head(&self, caller: &Caller) -> Result<Value, Error> {
        let devices = self.auth.list_devices(ListDevicesRequest {}, caller.internal_token()).await?.devices;
        let mut reader = self.reader(caller).await?;
        let profile = users::by_id(&mut reader, caller.user).await?.ok_or(Error::NotFoundYet)?;
        let usage = export::usage(&mut reader, caller.user).await?;
        let security = self.security(caller).await?;
        let devices = devices.into_iter().map(device).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({
            "format": "atelier export 1", "exported_at": chrono::Utc::now(),
            "profile": {
                "id": profile.id, "tenant_id": profile.tenant_id, "email": profile.email, "name": profile.name,
                "created_at": profile.created_at, "updated_at": profile.updated_at,
            },
            "devices": devices, "security": security, "usage": usage,
        }))
    }

    async fn write_export(
        &self,
        caller: &Caller,
        head: &Value,
        out: &mut Sender<io::Result<Bytes>>,
    ) -> Result<(), Error> {
        // The head without its closing brace.
        let mut text = head.to_string();
        text.pop();
        for part in Part::ALL {
            text.push_str(&format!(",\n\"{}\":[", part.name()));
            self.write_part(caller, part, text, out).await?;
            text = String::from("]");
        }
        send(out, format!("{text}}}\n")).await
    }

    async fn write_part(
        &self,
        caller: &Caller,
        part: Part,
        mut text: String,
        out: &mut Sender<io::Result<Bytes>>,
    ) -> Result<(), Error> {
        let (mut after, mut first) = ((String::new(), -1), true);
        loop {
            let mut reader = self.reader(caller).await?;
            let (rows, end) = export::page(&mut reader, caller.user, part, &after, PAGE).await?;
            drop(reader); // nothing is held while a slow client reads
            for row in &rows {
                text.push_str(if std::mem::take(&mut first) { "\n" } else { ",\n" });
                text.push_str(&row.to_string());
            }
            send(out, std::mem::take(&mut text)).await?;
            if rows.is_empty() {
                return Ok(());
            }
            after = end;
        }
    }
}

/// Fails when nobody reads any more.
async fn send(out: &mut Sender<io::Result<Bytes>>, text: String) -> Result<(), Error> {
    out.send(Ok(text.into())).await.map_err(|_| Error::Unavailable)
}

fn device(device: Device) -> Result<Value, Error> {
    Ok(json!({
        "id": device.family_id, "name": device.name, "revoked": device.revoked,
        "signed_in_at": moment(device.created_at_micros)?, "expires_at": moment(device.expires_at_micros)?,
    }))
}

//! `me/devices`, `me/security`: where the caller is signed in, and how they can be.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use rpc::auth::v1::{EndDeviceRequest, ListDevicesRequest, Nothing, SignOutEverywhereRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::projects::moment;
use crate::Error;
use crate::ask::Id;
use crate::body::OptionalJson;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Origin;

/// One sign-in on one device.
#[derive(Serialize, ToSchema)]
pub struct Device {
    #[schema(example = "fam_0199d3a0-0000-7000-8000-000000000000")]
    id: String,
    /// What it calls itself.
    name: String,
    /// The one that asks.
    current: bool,
    signed_in_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct Devices {
    items: Vec<Device>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Everywhere {
    /// Whether the device that asks stays signed in.
    #[serde(default)]
    keep_this: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Ended {
    ended: u32,
}

/// How the caller can sign in.
#[derive(Serialize, ToSchema)]
pub struct Security {
    email_verified: bool,
    /// Whether there is one; who came by a provider may have none.
    password: bool,
    totp: bool,
    recovery_codes_left: u32,
    identities: Vec<Identity>,
}

/// An account at a provider that signs the caller in.
#[derive(Serialize, ToSchema)]
pub struct Identity {
    provider: String,
    linked_at: DateTime<Utc>,
}

/// Where the caller is signed in; the newest first.
#[utoipa::path(get, path = "/me/devices", tag = "auth", operation_id = "list_devices",
    responses(
        (status = 200, body = Devices),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(State(gateway): State<Gateway>, caller: Caller) -> Result<Answer<Devices>, Error> {
    let devices = gateway.auth.list_devices(ListDevicesRequest {}, caller.internal_token()).await?.devices;
    let now = Utc::now().timestamp_micros();
    let live = devices.into_iter().filter(|device| !device.revoked && device.expires_at_micros > now);
    Ok(Answer(Devices { items: live.map(shown).collect::<Result<_, _>>()? }))
}

/// Ends one: its tokens, its cookies and its open streams, within seconds.
#[utoipa::path(delete, path = "/me/devices/{id}", tag = "auth", operation_id = "end_device",
    params(("id" = String, Path, description = "of a device of the caller")),
    responses(
        (status = 204, description = "it is signed out"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn end(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    Id(device): Id<auth::FamilyId>,
) -> Result<StatusCode, Error> {
    let request = EndDeviceRequest { device_id: device.to_string(), origin };
    gateway.auth.end_device(request, caller.internal_token()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of them, with or without the one that asks.
#[utoipa::path(post, path = "/me/devices/sign-out-everywhere", tag = "auth", operation_id = "sign_out_everywhere",
    request_body = Option<Everywhere>,
    responses(
        (status = 200, description = "how many ended", body = Ended),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn everywhere(
    State(gateway): State<Gateway>,
    caller: Caller,
    Origin(origin): Origin,
    OptionalJson(form): OptionalJson<Everywhere>,
) -> Result<Response, Error> {
    let request = SignOutEverywhereRequest { keep_this: form.keep_this, origin };
    let ended = gateway.auth.sign_out_everywhere(request, caller.internal_token()).await?.ended;
    let answer = Answer(Ended { ended });
    Ok(if form.keep_this { answer.into_response() } else { (gateway.cookies.signed_out(), answer).into_response() })
}

/// How the caller can sign in: password, second factor, providers, and whether the address is verified.
#[utoipa::path(get, path = "/me/security", tag = "auth", operation_id = "security",
    responses(
        (status = 200, body = Security),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn security(State(gateway): State<Gateway>, caller: Caller) -> Result<Answer<Security>, Error> {
    gateway.security(&caller).await.map(Answer)
}

impl Gateway {
    pub async fn security(&self, caller: &Caller) -> Result<Security, Error> {
        let known = self.auth.describe_account(Nothing {}, caller.internal_token()).await?;
        let identity = |linked: rpc::auth::v1::LinkedIdentity| {
            Ok::<_, Error>(Identity { provider: linked.provider, linked_at: moment(linked.linked_at_micros)? })
        };
        Ok(Security {
            email_verified: known.email_verified,
            password: known.has_password,
            totp: known.totp,
            recovery_codes_left: known.recovery_codes_left,
            identities: known.identities.into_iter().map(identity).collect::<Result<_, _>>()?,
        })
    }
}

fn shown(device: rpc::auth::v1::Device) -> Result<Device, Error> {
    Ok(Device {
        id: device.family_id,
        name: device.name,
        current: device.current,
        signed_in_at: moment(device.created_at_micros)?,
        last_seen_at: moment(device.last_seen_at_micros)?,
        expires_at: moment(device.expires_at_micros)?,
    })
}

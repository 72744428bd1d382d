//! The REST API, one file per thing it is about. Adding is free, renaming is not.

pub mod account;
mod api_keys;
mod archive;
mod audit;
mod code;
mod devices;
mod diff;
mod erase;
mod events;
mod export;
mod files;
mod generate;
mod login;
mod me;
mod messages;
mod mfa;
pub mod models;
mod openapi;
mod org;
mod password;
mod projects;
mod sessions;
mod sharing;
mod usage;
mod users;
mod versions;

use axum::Router;
use axum::routing::post;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Error;
use crate::state::Gateway;

pub use openapi::document;
pub use projects::moment;

/// Where everything below lives.
pub const BASE: &str = "/api/v1";

/// All routes, and the document that describes them.
fn described() -> OpenApiRouter<Gateway> {
    let api = OpenApiRouter::new()
        .routes(routes!(account::sign_up))
        .routes(routes!(account::sign_in))
        .routes(routes!(account::sign_out))
        .routes(routes!(account::refresh))
        .routes(routes!(account::revoke))
        .routes(routes!(account::providers))
        .routes(routes!(password::forgot))
        .routes(routes!(password::reset))
        .routes(routes!(password::change))
        .routes(routes!(password::verify))
        .routes(routes!(password::resend))
        .routes(routes!(code::send))
        .routes(routes!(code::verify))
        .routes(routes!(mfa::enroll))
        .routes(routes!(mfa::confirm))
        .routes(routes!(mfa::verify))
        .routes(routes!(mfa::remove))
        .routes(routes!(login::begin))
        .routes(routes!(login::callback))
        .routes(routes!(login::link, login::unlink))
        .routes(routes!(devices::list))
        .routes(routes!(devices::end))
        .routes(routes!(devices::everywhere))
        .routes(routes!(devices::security))
        .routes(routes!(me::show, me::change, erase::erase))
        .routes(routes!(org::show, org::create, org::change))
        .routes(routes!(org::list))
        .routes(routes!(org::switch))
        .routes(routes!(org::leave))
        .routes(routes!(org::members::list))
        .routes(routes!(org::members::change, org::members::remove))
        .routes(routes!(org::invites::list, org::invites::create))
        .routes(routes!(org::invites::revoke))
        .routes(routes!(org::invites::resend))
        .routes(routes!(org::invites::accept))
        .routes(routes!(org::login::list, org::login::create))
        .routes(routes!(org::login::change, org::login::remove))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(users::list))
        .routes(routes!(users::show, users::change, users::erase))
        .routes(routes!(export::download))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::show, projects::change, projects::delete))
        .routes(routes!(sharing::list))
        .routes(routes!(sharing::share, sharing::unshare))
        .routes(routes!(files::show))
        .routes(routes!(archive::download))
        .routes(routes!(sessions::list, sessions::open))
        .routes(routes!(sessions::show, sessions::change, sessions::delete))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(messages::cancel))
        .routes(routes!(versions::import))
        .routes(routes!(versions::list))
        .routes(routes!(versions::show))
        .routes(routes!(diff::show))
        .routes(routes!(versions::restore))
        .routes(routes!(generate::generate))
        .routes(routes!(models::list))
        .routes(routes!(usage::sums))
        .routes(routes!(usage::events))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verification));
    OpenApiRouter::with_openapi(openapi::frame()).nest(BASE, api)
}

/// The API as a router: what is described, the streams of the edge where it is in this process, and the docs.
pub fn router(gateway: &Gateway) -> Router {
    let (routes, mut document) = described().split_for_parts();
    openapi::add_events(&mut document);
    routes.with_state(gateway.clone()).merge(events::router(gateway)).merge(openapi::docs(document))
}

/// What an edge answers whose gateway plays in other processes: the ingress sends it these.
pub fn streams(gateway: &Gateway) -> Router {
    let generate = Router::new().route(&format!("{BASE}/generate"), post(generate::generate));
    generate.with_state(gateway.clone()).merge(events::router(gateway)).fallback(async || Error::NotFound)
}

//! The contract, generated from the code, and a page to try it on.

use axum::Router;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, OpenApi};
use utoipa::{OpenApi as _, Path as _};
use utoipa_swagger_ui::SwaggerUi;

use super::events;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Atelier",
        description = "Turns a prompt into working user-interface code. Errors are application/problem+json with \
            a stable code. Writes with the session cookie need the header X-CSRF-Token equal to the cookie csrf; \
            API clients send Authorization: Bearer. Every POST that changes state takes an Idempotency-Key; \
            If-Match refuses a write to another version.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Accounts and tokens"),
        (name = "org", description = "Organisations: members, invites, keys for scripts"),
        (name = "users", description = "Every account of the system, for its administrators"),
        (name = "projects", description = "Projects and their files"),
        (name = "sessions", description = "Conversations, their answers and versions"),
        (name = "models", description = "What answers"),
        (name = "usage", description = "What answers consumed and cost"),
        (name = "audit", description = "Who did what, and whether the log is unbroken"),
    )
)]
struct Frame;

/// What stands around the operations.
pub fn frame() -> OpenApi {
    let mut frame = Frame::openapi();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    frame.components = Some(ComponentsBuilder::new().security_scheme("bearer", bearer).build());
    frame
}

/// The stream's route is the edge's; its description stands here, with the rest of the contract.
pub fn add_events(document: &mut OpenApi) {
    let path = format!("{}{}", super::BASE, events::EventsPath::path());
    let operation = events::EventsPath::operation();
    document.paths.add_path_operation(path, events::EventsPath::methods(), operation);
}

/// The whole document.
pub fn document() -> OpenApi {
    let (_, mut document) = super::described().split_for_parts();
    add_events(&mut document);
    document
}

pub fn docs(document: OpenApi) -> Router {
    SwaggerUi::new("/api/v1/docs").url("/api/v1/openapi.json", document).into()
}

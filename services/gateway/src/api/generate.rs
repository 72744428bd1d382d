//! `POST generate`: one call for scripts. It creates what is missing and answers with the stream itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{GenerationId, ProjectId, SessionId};
use edge::Start;
use http::HeaderName;
use rpc::command::v1::{CreateProjectRequest, OpenSessionRequest, PostMessageRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Error;
use crate::body::Json;
use crate::problem::{Problem, ProblemBody};
use crate::state::Gateway;
use crate::who::Caller;
use crate::write::Write;

/// The longest name that a prompt gives to a project, in characters.
const LONGEST_NAME: usize = 60;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    #[schema(min_length = 1, max_length = 32000, example = "a pricing page")]
    prompt: String,
    /// As in `GET models`; left out, routing chooses.
    model: Option<String>,
    /// Left out, a project is created.
    project_id: Option<String>,
}

/// What the call is about, for the answer's headers: a broken stream is picked up with these.
struct Begun {
    project: String,
    session: SessionId,
    generation: GenerationId,
}

#[utoipa::path(post, path = "/generate", tag = "sessions", operation_id = "generate", request_body = Generate,
    params(("Idempotency-Key" = Option<String>, Header, description = "a repeat with the same key is the same call")),
    responses(
        (status = 200, description = "the answer's stream, as in sessions/{id}/events; the headers \
            Atelier-Project-Id, Atelier-Session-Id and Atelier-Generation-Id say what was begun",
            content_type = "text/event-stream", body = String),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn generate(
    State(gateway): State<Gateway>,
    caller: Caller,
    write: Write,
    Json(form): Json<Generate>,
) -> Result<Response, Error> {
    let edge = gateway.edge.as_ref().ok_or(Error::NoStreams)?;
    // Nothing is created for a prompt that will be refused.
    if form.prompt.trim().is_empty() {
        return Err(Error::field("prompt", "empty_prompt", "the prompt is empty"));
    }
    let length = form.prompt.chars().count();
    if length > domain::session::MAX_PROMPT {
        let limit = domain::session::MAX_PROMPT;
        return Err(Error::field("prompt", "too_long", format!("{length} characters; at most {limit} are allowed")));
    }
    gateway.require_model(form.model.as_deref())?;
    let begun = gateway.begin(&caller, &write, form).await?;
    let stream = edge.stream(caller.for_edge(), begun.session, Start::Generation(begun.generation)).await;
    let answer = match stream {
        Ok(stream) => edge::respond(stream),
        Err(refusal) => refused(refusal).into_response(),
    };
    Ok((begun.headers(), answer).into_response())
}

impl Gateway {
    async fn begin(&self, caller: &Caller, write: &Write, form: Generate) -> Result<Begun, Error> {
        let title = title(&form.prompt);
        let project = match form.project_id {
            Some(project) => project.parse::<ProjectId>().map_err(|_| Error::NotFound)?.to_string(),
            None => self.project_for(caller, write, &title).await?,
        };
        let token = caller.internal_token();
        let request = OpenSessionRequest { write: Some(write.step("session")), project_id: project.clone(), title };
        let session_id = self.command.open_session(request, token).await?.session_id;
        let request = PostMessageRequest {
            write: Some(write.step("message")),
            session_id: session_id.clone(),
            content: form.prompt,
            model: form.model,
            base_version: None,
        };
        let posted = self.command.post_message(request, token).await?;
        let ids = session_id.parse().ok().zip(posted.generation_id.parse().ok());
        let (session, generation) = ids.ok_or_else(|| anyhow::anyhow!("command answered without ids"))?;
        Ok(Begun { project, session, generation })
    }

    async fn project_for(&self, caller: &Caller, write: &Write, name: &str) -> Result<String, Error> {
        self.admit_project(caller).await?;
        let request =
            CreateProjectRequest { write: Some(write.step("project")), name: name.to_owned(), description: None };
        Ok(self.command.create_project(request, caller.internal_token()).await?.project_id)
    }
}

impl Begun {
    fn headers(&self) -> [(HeaderName, String); 3] {
        [
            (HeaderName::from_static("atelier-project-id"), self.project.clone()),
            (HeaderName::from_static("atelier-session-id"), self.session.to_string()),
            (HeaderName::from_static("atelier-generation-id"), self.generation.to_string()),
        ]
    }
}

/// The prompt is stored and its answer goes on; only this stream of it does not begin.
fn refused(refusal: edge::Refusal) -> Problem {
    let retry_after = refusal.status().is_server_error().then_some(1);
    Problem { retry_after, ..Problem::new(refusal.status(), refusal.code(), refusal.to_string()) }
}

/// The prompt's first words.
fn title(prompt: &str) -> String {
    let words: Vec<&str> = prompt.split_whitespace().collect();
    let whole = words.join(" ");
    if whole.chars().count() <= LONGEST_NAME {
        return whole;
    }
    let cut: String = whole.chars().take(LONGEST_NAME - 1).collect();
    let at = cut.rfind(' ').filter(|at| *at > 0).unwrap_or(cut.len());
    format!("{}…", &cut[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_gives_a_short_title() {
        assert_eq!(title("  a pricing\n page "), "a pricing page");
        let long = title(&"wonderful words ".repeat(20));
        assert!(long.chars().count() <= LONGEST_NAME && long.ends_with("wonderful…"), "{long}");
        assert_eq!(title(&"é".repeat(100)).chars().count(), LONGEST_NAME);
    }
}

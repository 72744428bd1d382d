//! `models`: what can answer.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Error;
use crate::problem::ProblemBody;
use crate::state::Gateway;
use crate::who::Caller;

/// Says which models there are now.
pub type Models = Arc<dyn Fn() -> Vec<ModelInfo> + Send + Sync>;

/// One model a user may choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModelInfo {
    /// What `model` in a prompt says.
    pub id: String,
    pub provider: String,
    /// Whether it answers where none is named.
    pub default: bool,
    /// How many tokens prompt and answer may have together, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_length: Option<u64>,
    /// Where configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prices: Option<ModelPrices>,
    /// What it can do: `reasoning`, `files`, …
    pub abilities: Vec<String>,
}

/// For a million tokens, as decimal strings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModelPrices {
    #[schema(example = "0.15")]
    pub prompt: String,
    #[schema(example = "0.60")]
    pub completion: String,
    #[schema(example = "USD")]
    pub currency: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Models)]
pub struct ModelPage {
    items: Vec<ModelInfo>,
    next_cursor: Option<String>,
}

#[utoipa::path(get, path = "/models", tag = "models", operation_id = "list_models",
    responses(
        (status = 200, body = ModelPage),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn list(State(gateway): State<Gateway>, _: Caller) -> Answer<ModelPage> {
    Answer(ModelPage { items: (gateway.models)(), next_cursor: None })
}

impl Gateway {
    /// Refuses a model that is not on the list. Where the list is empty, the model server decides.
    pub fn require_model(&self, asked: Option<&str>) -> Result<(), Error> {
        let Some(asked) = asked else { return Ok(()) };
        let models = (self.models)();
        if models.is_empty() || models.iter().any(|model| model.id == asked) {
            return Ok(());
        }
        Err(Error::field("model", "unknown_model", "there is no such model; GET /api/v1/models lists them"))
    }
}

//! The JSON of chat completions: what we send, and the parts of an answer we read.

use serde::{Deserialize, Serialize};

use crate::{Message, Request, Usage};

/// The body of `POST /chat/completions`.
#[derive(Serialize)]
pub struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> Body<'a> {
    pub fn new(model: &'a str, request: &'a Request) -> Self {
        Self {
            model,
            messages: &request.messages,
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            max_tokens: request.max_tokens,
            temperature: request.temperature,
        }
    }
}

/// One `data:` of the stream. Every field may be missing: servers differ, and errors come in the same place.
#[derive(Deserialize)]
pub struct Event {
    #[serde(default)]
    pub object: Option<String>,
    #[serde(default)]
    pub choices: Option<Vec<Choice>>,
    #[serde(default)]
    pub usage: Option<Tokens>,
    #[serde(default)]
    pub error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
pub struct Choice {
    #[serde(default)]
    pub index: u32,
    #[serde(default)]
    pub delta: Option<Delta>,
    #[serde(default)]
    pub finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
pub struct Delta {
    #[serde(default)]
    pub content: Option<String>,
    /// DeepSeek's name for it, and vLLM's older one.
    #[serde(default)]
    pub reasoning_content: Option<String>,
    /// vLLM's newer name for it.
    #[serde(default)]
    pub reasoning: Option<String>,
}

#[derive(Deserialize)]
pub struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    total_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            prompt_tokens: tokens.prompt_tokens,
            completion_tokens: tokens.completion_tokens,
            reasoning_tokens: tokens.completion_tokens_details.and_then(|details| details.reasoning_tokens),
            total_tokens: tokens.total_tokens.unwrap_or(tokens.prompt_tokens + tokens.completion_tokens),
        }
    }
}

/// The answer to `GET /models`.
#[derive(Deserialize)]
pub struct ModelList {
    pub data: Vec<ModelEntry>,
}

#[derive(Deserialize)]
pub struct ModelEntry {
    pub id: String,
    /// vLLM's word for the context length.
    #[serde(default)]
    pub max_model_len: Option<u64>,
}

//! What every model looks like from here: a request in, a stream of chunks out.

use std::{fmt, pin::Pin, sync::Arc};

use async_trait::async_trait;
use futures::Stream;
use serde::{Deserialize, Serialize};

use crate::{Config, Demo, Error, Misconfigured, OpenAiCompatible, Prices};

/// The answer as it arrives. Dropping it stops the model: the connection is closed.
///
/// The last item is either `Ok(Chunk::Finished(_))` or an `Err`; nothing follows either of them. Who reads
/// on to the `None` behind it gives the connection back for the next question.
pub type ChunkStream = Pin<Box<dyn Stream<Item = Result<Chunk, Error>> + Send>>;

/// A model server, or something that stands in for one.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its short name in events and metrics: `openai_compatible`, `demo`.
    fn name(&self) -> &str;

    /// The models known without asking the server: the configured one and those already discovered.
    fn models(&self) -> Vec<Model>;

    /// Asks the server what it serves, and remembers it.
    async fn discover(&self) -> Result<Vec<Model>, Error> {
        Ok(self.models())
    }

    /// Opens an answer. Resolves when the model has produced its first chunk, so that everything that
    /// may be retried has been retried by then; an error after that comes through the stream.
    async fn stream(&self, request: Request) -> Result<ChunkStream, Error>;
}

/// The provider the configuration asks for: `demo` without a url, else an OpenAI-compatible server.
pub fn provider(config: Config) -> Result<Arc<dyn Provider>, Misconfigured> {
    match config.url {
        None => Ok(Arc::new(Demo::new(&config))),
        Some(_) => Ok(Arc::new(OpenAiCompatible::new(config)?)),
    }
}

/// One question to a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Which model; none means the configured one, or the first the server names.
    pub model: Option<String>,
    /// The conversation, oldest first; see [`crate::messages`].
    pub messages: Vec<Message>,
    /// The most tokens the answer may have; none means the model's own limit.
    pub max_tokens: Option<u32>,
    /// 0 is the most predictable; none means the server's default.
    pub temperature: Option<f32>,
}

/// One message of the conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

impl Message {
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// A prompt must never reach a log line, not even by `{:?}`.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({:?}, {} bytes)", self.role, self.content.len())
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// One piece of an answer, as the model produced it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// The model's thinking, when the server keeps it apart from the answer.
    Reasoning(String),
    /// The answer itself; never empty.
    Text(String),
    /// Tokens so far. It may come several times; the last one counts.
    Usage(Usage),
    /// The answer is complete. Always the last chunk, after the usage.
    Finished(FinishReason),
}

/// What an answer cost in tokens, as the server counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
    /// The part of the completion that was thinking, where the server says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    pub total_tokens: u64,
}

/// Why the model stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It had said everything.
    Stop,
    /// It ran into `max_tokens` or the end of its context: the answer is cut off.
    Length,
    /// Anything else, in the server's word (`content_filter`, …).
    Other(String),
}

impl FinishReason {
    /// The word for events and logs.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Other(word) => word,
        }
    }
}

/// One model a user may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Model {
    /// As the server calls it.
    pub id: String,
    /// The provider that serves it.
    pub provider: String,
    /// How many tokens prompt and answer may have together, where known.
    pub context_length: Option<u64>,
    /// What it costs, where configured.
    pub prices: Option<Prices>,
}

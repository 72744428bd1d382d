//! The model side: one trait for every model, the prompt that goes in, and the parser for what comes out.
//!
//! A caller builds a [`Provider`] with [`provider`], its messages with [`messages`], and feeds
//! what [`Provider::stream`] yields to a [`Parser`]. Nothing here knows about sessions, Kafka or Postgres.

mod change;
mod config;
mod cost;
mod demo;
mod error;
mod learning;
mod openai_compatible;
mod parser;
mod prompt;
mod provider;
mod retry;

pub use change::{FileChange, FileOp};
pub use config::Config;
pub use cost::{BadPrice, Cost, Price, Prices};
pub use demo::Demo;
pub use domain::{BadPath, validate_path};
pub use error::{Error, Misconfigured};
pub use learning::learn_models;
pub use openai_compatible::OpenAiCompatible;
pub use parser::{Parsed, Parser, Piece, Problem};
pub use prompt::{Conversation, Turn, messages, messages_within, prompt_digest, system_prompt};
pub use provider::{Chunk, ChunkStream, FinishReason, Message, Model, Provider, Request, Role, Usage, provider};

//! `demo`: a clearly labelled stand-in that needs no model.
//!
//! It answers with real, working components kept under `assets/demo`, chosen and varied by the words
//! of the prompt, and changes the files it is shown by real search/replace edits. The same prompt
//! gives the same answer.

mod blocks;
mod build;
mod catalogue;
mod families;
mod pace;
mod refine;
mod words;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;

use crate::{ChunkStream, Config, Error, Message, Model, Price, Prices, Provider, Request, Role, prompt::read_back};
use pace::Pace;

/// The name of the provider and of its only model.
const NAME: &str = "demo";

/// Where the preview begins.
const APP: &str = "src/App.tsx";

/// Path to content.
type Files = BTreeMap<String, String>;

/// What will be said, before it is cut into tokens.
struct Script {
    reasoning: String,
    text: String,
}

/// The built-in stand-in.
pub struct Demo {
    pace: Pace,
}

impl Demo {
    pub fn new(config: &Config) -> Self {
        Self { pace: Pace { first_token: config.demo_first_token, tokens_per_second: config.demo_pace } }
    }

    /// One that answers at once, for tests and benchmarks.
    pub fn without_delay() -> Self {
        Self { pace: Pace { first_token: Duration::ZERO, tokens_per_second: 0 } }
    }
}

#[async_trait]
impl Provider for Demo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn models(&self) -> Vec<Model> {
        let prices = Prices {
            prompt: Price::default(),
            completion: Price::default(),
            currency: "USD".into(),
            price_list: NAME.into(),
        };
        vec![Model { id: NAME.into(), provider: NAME.into(), context_length: None, prices: Some(prices) }]
    }

    async fn stream(&self, request: Request) -> Result<ChunkStream, Error> {
        let script = answer(&request.messages);
        let read: usize = request.messages.iter().map(|message| message.content.chars().count()).sum();
        self.pace.wait_for_first().await;
        Ok(self.pace.speak(&script, read, request.max_tokens))
    }
}

/// A change of what is there, if the prompt asks for one we know; else something new.
fn answer(messages: &[Message]) -> Script {
    let last = messages.iter().rev().find(|message| message.role == Role::User);
    let (files, prompt) = read_back(last.map_or("", |message| message.content.as_str()));
    refine::answer(&files, prompt).unwrap_or_else(|| build::answer(prompt))
}

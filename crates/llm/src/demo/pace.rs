//! Speaking at the pace of a model: token by token, each at its time.

use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::{Instant, sleep, sleep_until};

use super::Script;
use crate::{Chunk, ChunkStream, FinishReason, Usage};

/// How fast the demo speaks.
#[derive(Clone, Copy)]
pub struct Pace {
    pub first_token: Duration,
    /// 0 is as fast as it can.
    pub tokens_per_second: u32,
}

/// At full speed, others get a turn after this many tokens.
const TURN: usize = 32;

impl Pace {
    pub async fn wait_for_first(self) {
        if !self.first_token.is_zero() {
            sleep(self.first_token).await;
        }
    }

    /// The script as a stream. `read` is the length of the prompt in characters.
    pub fn speak(self, script: &Script, read: usize, max_tokens: Option<u32>) -> ChunkStream {
        let (tokens, ending) = chunks(script, read, max_tokens);
        let begun = Instant::now();
        let spoken = stream::iter(tokens.into_iter().enumerate()).then(move |(number, chunk)| async move {
            self.wait_for(number, begun).await;
            Ok(chunk)
        });
        Box::pin(spoken.chain(stream::iter(ending.map(Ok))))
    }

    async fn wait_for(self, number: usize, begun: Instant) {
        match self.tokens_per_second {
            0 if number % TURN == TURN - 1 => tokio::task::yield_now().await,
            0 => {}
            rate => sleep_until(begun + Duration::from_secs(1) * number as u32 / rate).await,
        }
    }
}

/// The tokens, cut at `max_tokens`, and how the answer ends.
fn chunks(script: &Script, read: usize, max_tokens: Option<u32>) -> (Vec<Chunk>, [Chunk; 2]) {
    let reasoning = tokens(&script.reasoning).map(|token| Chunk::Reasoning(token.to_owned()));
    let text = tokens(&script.text).map(|token| Chunk::Text(token.to_owned()));
    let mut all: Vec<Chunk> = reasoning.chain(text).collect();
    let limit = max_tokens.map_or(usize::MAX, |max| max as usize);
    let finish = if all.len() > limit { FinishReason::Length } else { FinishReason::Stop };
    all.truncate(limit);
    let usage = usage(&all, read);
    (all, [Chunk::Usage(usage), Chunk::Finished(finish)])
}

fn usage(spoken: &[Chunk], read: usize) -> Usage {
    let reasoning = spoken.iter().filter(|chunk| matches!(chunk, Chunk::Reasoning(_))).count() as u64;
    let (prompt_tokens, completion_tokens) = (read.div_ceil(4) as u64, spoken.len() as u64);
    Usage {
        prompt_tokens,
        completion_tokens,
        reasoning_tokens: Some(reasoning),
        total_tokens: prompt_tokens + completion_tokens,
    }
}

/// Cuts text roughly as models do: about four characters, a space with the word that follows it.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (token, after) = rest.split_at(token_end(rest));
        rest = after;
        Some(token)
    })
}

fn token_end(text: &str) -> usize {
    let mut word = false;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count > 0 && (count >= 6 || c == '\n' || (word && !c.is_alphanumeric())) {
            return at;
        }
        word |= c.is_alphanumeric();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lose_nothing_and_are_about_four_characters() {
        let text = include_str!("../../assets/demo/todo.App.tsx");
        assert_eq!(tokens(text).collect::<String>(), text);
        let average = text.len() / tokens(text).count();
        assert!((2..=5).contains(&average), "{average}");
    }

    #[test]
    fn a_limit_cuts_the_answer_and_says_so() {
        let script = Script { reasoning: "Hm, let me see.".into(), text: "One two three.".into() };
        let (spoken, ending) = chunks(&script, 9, Some(2));
        assert_eq!(spoken.len(), 2);
        let usage = Usage { prompt_tokens: 3, completion_tokens: 2, reasoning_tokens: Some(2), total_tokens: 5 };
        assert_eq!(ending, [Chunk::Usage(usage), Chunk::Finished(FinishReason::Length)]);
    }
}

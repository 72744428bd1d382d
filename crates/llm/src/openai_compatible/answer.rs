//! One answer, folded from the events of its stream. Pure: no clock, no connection.

use std::collections::VecDeque;

use super::{
    failure,
    wire::{Choice, Delta, Event},
};
use crate::{Chunk, Error, FinishReason};

/// What has been said so far, and what of it nobody has taken yet.
#[derive(Default)]
pub struct Answer {
    ready: VecDeque<Chunk>,
    finish: Option<FinishReason>,
}

impl Answer {
    /// Takes one event: its type and its data.
    pub fn take(&mut self, kind: &str, data: &str) -> Result<(), Error> {
        let event: Event = serde_json::from_str(data).map_err(|_| Error::Malformed("a chunk that is not JSON"))?;
        if let Some(error) = event.error.as_ref().filter(|error| !error.is_null()) {
            return Err(failure::reported(error));
        }
        if kind == "error" || event.object.as_deref() == Some("error") {
            return Err(failure::reported(&serde_json::from_str(data).unwrap_or_default()));
        }
        // The last chunk of an answer has a usage and no choices.
        event.choices.into_iter().flatten().filter(|choice| choice.index == 0).for_each(|choice| self.hear(choice));
        self.ready.extend(event.usage.map(|tokens| Chunk::Usage(tokens.into())));
        Ok(())
    }

    /// A finish reason may share the last piece of content.
    fn hear(&mut self, choice: Choice) {
        let Delta { content, reasoning_content, reasoning } = choice.delta.unwrap_or_default();
        let said = |text: &String| !text.is_empty();
        self.ready.extend(reasoning_content.filter(said).or(reasoning).filter(said).map(Chunk::Reasoning));
        self.ready.extend(content.filter(said).map(Chunk::Text));
        self.finish = choice.finish_reason.map(finish_reason).or(self.finish.take());
    }

    /// The next chunk that is complete.
    pub fn next(&mut self) -> Option<Chunk> {
        self.ready.pop_front()
    }

    /// Whether the model has said why it stopped.
    pub fn has_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// The stream is over, with `[DONE]` or without. That alone is no success.
    pub fn end(&mut self) -> Result<Chunk, Error> {
        self.finish.take().map(Chunk::Finished).ok_or(Error::Broken)
    }
}

fn finish_reason(word: String) -> FinishReason {
    match word.as_str() {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        _ => FinishReason::Other(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Usage;

    fn heard(data: &str) -> Result<Vec<Chunk>, Error> {
        let mut answer = Answer::default();
        answer.take("message", data)?;
        Ok(std::iter::from_fn(|| answer.next()).collect())
    }

    #[test]
    fn reasoning_has_two_names_and_is_said_once() {
        let both = r#"{"choices":[{"index":0,"delta":{"reasoning":"hm","reasoning_content":"hm","content":""}}]}"#;
        assert_eq!(heard(both).unwrap(), [Chunk::Reasoning("hm".into())]);
        let new = r#"{"choices":[{"delta":{"reasoning":"hm","content":"so"}}]}"#;
        assert_eq!(heard(new).unwrap(), [Chunk::Reasoning("hm".into()), Chunk::Text("so".into())]);
    }

    #[test]
    fn usage_comes_without_choices_and_may_tell_the_thinking_apart() {
        let data = r#"{"choices":[],"usage":{"prompt_tokens":26,"total_tokens":38,"completion_tokens":12,"completion_tokens_details":{"reasoning_tokens":5}}}"#;
        let usage = Usage { prompt_tokens: 26, completion_tokens: 12, reasoning_tokens: Some(5), total_tokens: 38 };
        assert_eq!(heard(data).unwrap(), [Chunk::Usage(usage)]);
    }

    #[test]
    fn an_error_has_three_shapes() {
        let mut answer = Answer::default();
        let openai = r#"{"error":{"message":"x","type":"server_error","code":500}}"#;
        assert!(matches!(answer.take("message", openai), Err(Error::Reported { status: Some(500), .. })));
        let vllm = r#"{"object":"error","message":"x","type":"BadRequestError","code":400}"#;
        assert!(matches!(answer.take("message", vllm), Err(Error::Reported { status: Some(400), .. })));
        assert!(matches!(answer.take("error", r#"{"message":"x"}"#), Err(Error::Reported { status: None, .. })));
    }

    #[test]
    fn the_end_alone_is_no_success() {
        assert_eq!(Answer::default().end(), Err(Error::Broken));
    }
}

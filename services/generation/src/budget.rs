//! How the tokens of one answer are shared between its prompt and the model's words.

use llm::Message;

/// Where nobody counts, a token is taken to be so many characters.
pub const TOKEN_CHARS: usize = 4;

/// How much text the prompt may carry: at most half of what the answer may use.
pub fn prompt_chars(limit: Option<u32>, configured: usize) -> usize {
    limit.map_or(configured, |tokens| configured.min(tokens as usize / 2 * TOKEN_CHARS))
}

/// How many tokens the model may say: what the prompt leaves, and no more than is configured.
pub fn answer_tokens(limit: Option<u32>, configured: Option<u32>, prompt: &[Message]) -> Option<u32> {
    let left = limit.map(|tokens| tokens.saturating_sub(prompt_tokens(prompt)).max(1));
    [left, configured].into_iter().flatten().min()
}

/// How many tokens a prompt has, as far as can be told without the model.
pub fn prompt_tokens(prompt: &[Message]) -> u32 {
    let chars: usize = prompt.iter().map(|message| message.content.chars().count()).sum();
    u32::try_from(chars.div_ceil(TOKEN_CHARS)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_all_is_as_configured() {
        assert_eq!(prompt_chars(None, 200_000), 200_000);
        assert_eq!(answer_tokens(None, None, &[Message::user("hello")]), None);
        assert_eq!(answer_tokens(None, Some(7), &[]), Some(7));
    }

    #[test]
    fn a_prompt_takes_half_at_most_and_the_model_gets_the_rest() {
        assert_eq!(prompt_chars(Some(1000), 200_000), 2000);
        assert_eq!(prompt_chars(Some(1000), 100), 100);
        let prompt = [Message::system("x".repeat(400)), Message::user("y".repeat(401))];
        assert_eq!(prompt_tokens(&prompt), 201);
        assert_eq!(answer_tokens(Some(1000), None, &prompt), Some(799));
        assert_eq!(answer_tokens(Some(1000), Some(50), &prompt), Some(50));
        assert_eq!(answer_tokens(Some(100), None, &prompt), Some(1), "the model says that it was cut short");
    }
}

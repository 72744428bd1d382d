//! What a model is told: the rules, the conversation, and the files as they are now.

mod context;
mod digest;

pub(crate) use context::read_back;
pub use digest::prompt_digest;

use crate::{Config, Message, Role};

/// A conversation as the model should see it.
#[derive(Clone, Default)]
pub struct Conversation {
    /// Oldest first; the last one is the prompt to answer.
    pub turns: Vec<Turn>,
    /// Path and content of every file at the current head.
    pub files: Vec<(String, String)>,
}

/// One message: a person's prompt, or the prose of an answer.
#[derive(Clone)]
pub struct Turn {
    pub role: Role,
    pub content: String,
}

/// The rules every answer follows: the format the parser reads, and what the preview can run.
pub fn system_prompt() -> &'static str {
    include_str!("../assets/system_prompt.md")
}

/// The messages for a model, within the default size.
pub fn messages(conversation: &Conversation) -> Vec<Message> {
    messages_within(conversation, Config::default().context_chars)
}

/// The messages for a model, in about `limit` characters.
///
/// The rules and the last prompt are always there. The files come next: one that does not fit is named
/// but not shown. Then the history, newest first, as far as there is room.
pub fn messages_within(conversation: &Conversation, limit: usize) -> Vec<Message> {
    let Some((prompt, history)) = conversation.turns.split_last() else {
        return vec![Message::system(system_prompt())];
    };
    let room = limit.saturating_sub(system_prompt().len() + prompt.content.len());
    let prompt = context::with_files(&prompt.content, &conversation.files, room);
    let room = limit.saturating_sub(system_prompt().len() + prompt.len());

    let mut messages = vec![Message::system(system_prompt())];
    messages
        .extend(newest(history, room).iter().map(|turn| Message { role: turn.role, content: turn.content.clone() }));
    messages.push(Message::user(prompt));
    messages
}

/// The newest turns that fit. They begin with a person's: many chat templates insist on it.
fn newest(history: &[Turn], room: usize) -> &[Turn] {
    let mut left = room;
    let fitting = history.iter().rev().take_while(|turn| {
        let fits = turn.content.len() <= left;
        left = left.saturating_sub(turn.content.len());
        fits
    });
    let newest = &history[history.len() - fitting.count()..];
    let first = newest.iter().position(|turn| turn.role == Role::User).unwrap_or(newest.len());
    &newest[first..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(role: Role, content: &str) -> Turn {
        Turn { role, content: content.into() }
    }

    fn conversation() -> Conversation {
        Conversation {
            turns: vec![
                turn(Role::User, "a pricing page"),
                turn(Role::Assistant, "Here it is."),
                turn(Role::User, "make it green"),
            ],
            files: vec![("src/App.tsx".into(), "export default () => null;\n".into())],
        }
    }

    #[test]
    fn the_rules_come_first_and_the_files_travel_with_the_last_prompt() {
        let messages = messages(&conversation());
        assert_eq!(
            messages.iter().map(|m| m.role).collect::<Vec<_>>(),
            [Role::System, Role::User, Role::Assistant, Role::User]
        );
        let (files, prompt) = read_back(&messages[3].content);
        assert_eq!(files["src/App.tsx"], "export default () => null;\n");
        assert_eq!(prompt, "make it green");
    }

    #[test]
    fn the_oldest_turns_are_left_out_first_and_an_answer_never_leads() {
        let mut conversation = conversation();
        conversation.files.clear();
        let limit = system_prompt().len() + "make it green".len() + "Here it is.".len() + 3;
        let messages = messages_within(&conversation, limit);
        assert_eq!(messages.len(), 2, "the answer alone is not kept");
        let messages = messages_within(&conversation, limit + "a pricing page".len());
        assert_eq!(messages.len(), 4);
    }

    #[test]
    fn a_file_that_does_not_fit_is_named() {
        let mut conversation = conversation();
        conversation.files.push(("src/big.ts".into(), "x".repeat(10_000)));
        let messages = messages_within(&conversation, system_prompt().len() + 2_000);
        let last = &messages.last().unwrap().content;
        assert!(last.contains("src/big.ts") && !last.contains("xxxx"));
        assert!(read_back(last).0.contains_key("src/App.tsx"));
    }

    #[test]
    fn a_prompt_is_never_printed() {
        assert!(!format!("{:?}", messages(&conversation())).contains("green"));
    }
}

//! A name for the exact prompt, for events and audits.

use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::{Message, Role};

/// SHA-256, in hex, of the messages as canonical JSON: keys in alphabetical order, no spaces, UTF-8.
///
/// `[{"content":"…","role":"system"},…]` — the same in every language, so that anyone can recompute it.
pub fn prompt_digest(messages: &[Message]) -> String {
    #[derive(Serialize)]
    struct Canonical<'a> {
        content: &'a str,
        role: Role,
    }
    let canonical: Vec<_> = messages.iter().map(|m| Canonical { content: &m.content, role: m.role }).collect();
    // Strings and a fixed word: this cannot fail to serialise.
    let json = serde_json::to_vec(&canonical).unwrap_or_default();
    hex::encode(digest(&SHA256, &json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_canonical_json() {
        let json = r#"[{"content":"hé \"q\"\n","role":"user"}]"#;
        let expected = hex::encode(digest(&SHA256, json.as_bytes()));
        assert_eq!(prompt_digest(&[Message::user("hé \"q\"\n")]), expected);
        assert_ne!(prompt_digest(&[Message::system("hé \"q\"\n")]), expected);
    }
}

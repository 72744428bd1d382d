//! An event's payload as an auditor reads it: what it was, what it is, and nothing too long.

use serde_json::{Map, Value, json};

use crate::text::storable;

/// Texts longer than this are cut; the session itself has them whole.
const LONGEST: usize = 1_000;

/// Where payloads keep what is sealed at rest: with the person's key, and with the project's.
const PRIVATE: &str = "private";
const FILES: &str = "private_files";

pub struct Change {
    pub old: Option<Value>,
    pub new: Value,
    /// The same of the personal part.
    pub old_personal: Option<Value>,
    pub new_personal: Option<Value>,
    /// Which files were changed; they are the project's.
    pub files: Option<Value>,
    /// A personal part was there, and its key is gone.
    pub erased: bool,
}

type Parts = Map<String, Value>;

impl Change {
    /// What stood under `old` by itself, and the personal part apart from the rest.
    pub fn of(payload: Value) -> Self {
        let Value::Object(fields) = payload else { return Self::of(json!({ "value": payload })) };
        let (mut old, mut new, mut files, mut erased) = (Parts::new(), Parts::new(), None, false);
        let (mut old_personal, mut new_personal) = (Parts::new(), Parts::new());
        // An attempt that ended without an outcome had nothing to say.
        let unsaid = fields.get("outcome").is_some_and(Value::is_null);
        for (name, value) in fields {
            match (name.as_str(), value) {
                (PRIVATE, Value::Object(parts)) => split(parts, &mut old_personal, &mut new_personal),
                (PRIVATE, _) => erased = !unsaid,
                (FILES, Value::Array(changed)) => files = Some(changed.into_iter().map(without_content).collect()),
                (FILES, _) => {}
                ("old", value) => drop(old.insert("value".to_owned(), short(value))),
                (name, value) => drop(new.insert(name.to_owned(), short(value))),
            }
        }
        let [old, old_personal, new_personal] = [old, old_personal, new_personal].map(some);
        Self { old, new: Value::Object(new), old_personal, new_personal, files, erased }
    }
}

fn some(parts: Parts) -> Option<Value> {
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// `{old, new}` are two states of the same; everything else is new.
fn split(parts: Parts, old: &mut Parts, new: &mut Parts) {
    for (name, value) in parts {
        match (name.as_str(), value) {
            ("old", Value::Object(parts)) => old.extend(parts.into_iter().map(|(name, value)| (name, short(value)))),
            ("new", Value::Object(parts)) => new.extend(parts.into_iter().map(|(name, value)| (name, short(value)))),
            ("old", value) => drop(old.insert("value".to_owned(), short(value))),
            ("new", value) => drop(new.insert("value".to_owned(), short(value))),
            (name, value) => drop(new.insert(name.to_owned(), short(value))),
        }
    }
}

/// Which file and what was done to it; its digest stands for what is in it.
fn without_content(file: Value) -> Value {
    let Value::Object(mut parts) = file else { return Value::Null };
    parts.remove("content");
    short(Value::Object(parts))
}

fn short(value: Value) -> Value {
    match value {
        Value::String(text) => cut(&text).into(),
        Value::Array(items) => items.into_iter().map(short).collect(),
        Value::Object(parts) => parts.into_iter().map(|(name, value)| (name, short(value))).collect(),
        simple => simple,
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => storable(&text[..end]) + "…",
        None => storable(text),
    }
}

/// `SessionRenamed` is "session renamed".
pub fn words(event_type: &str) -> String {
    let mut words = String::with_capacity(event_type.len() + 4);
    for letter in event_type.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_both_sides() {
        let change = Change::of(json!({"user_id": "usr_1", "private": {"old": "Al", "new": "Alice"}}));
        assert_eq!((change.old, change.old_personal), (None, Some(json!({"value": "Al"}))));
        assert_eq!((change.new, change.new_personal), (json!({"user_id": "usr_1"}), Some(json!({"value": "Alice"}))));
        let change = Change::of(json!({"private": {"old": {"name": "a"}, "new": {"name": "b"}}}));
        assert_eq!(change.old_personal, Some(json!({"name": "a"})));
        assert_eq!((change.new_personal, change.new), (Some(json!({"name": "b"})), json!({})));
        let change = Change::of(json!({"old": 3, "restored": 1, "number": 4}));
        assert_eq!((change.old, change.new), (Some(json!({"value": 3})), json!({"restored": 1, "number": 4})));
    }

    #[test]
    fn what_is_erased_says_so() {
        let change = Change::of(json!({"user_id": "usr_1", "private": null}));
        assert!(change.erased && change.new_personal.is_none());
        assert!(!Change::of(json!({"user_id": "usr_1"})).erased);
        assert!(!Change::of(json!({"outcome": null, "private": null})).erased, "nothing was there");
        assert!(Change::of(json!({"outcome": {}, "private": null})).erased);
    }

    #[test]
    fn files_are_named_and_not_copied() {
        let file = json!({"path": "a.tsx", "op": "create", "content": "secret", "sha256": "00", "from": null});
        let change = Change::of(json!({"private": {"explanation": "x"}, "private_files": [file]}));
        let files = change.files.unwrap();
        assert_eq!(files[0]["path"], "a.tsx");
        assert!(!files.to_string().contains("secret") && !change.new.to_string().contains("secret"));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let change = Change::of(json!({"private": {"content": "ü".repeat(5_000)}}));
        assert_eq!(change.new_personal.unwrap()["content"].as_str().unwrap().chars().count(), LONGEST + 1);
        let zero = Change::of(json!({"private": {"content": "a\0b"}}));
        assert_eq!(zero.new_personal.unwrap()["content"], "a\u{FFFD}b");
    }

    #[test]
    fn every_event_of_every_topic_has_words() {
        use domain::{inspection, project, session, tenant, user};
        assert_eq!(words("SessionRenamed"), "session renamed");
        assert_eq!(words(inspection::Event::TYPES[0]), "audit read");
        let types = [user::Event::TYPES, tenant::Event::TYPES, project::Event::TYPES, session::Event::TYPES].concat();
        assert!(types.into_iter().all(|name| words(name).contains(' ')));
    }
}

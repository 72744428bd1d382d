//! "Bigger", "smaller", "rounder".

use super::{Change, each_line, inside_tag};
use crate::demo::{Files, words::mentions};

const TEXT: [&str; 10] = ["xs", "sm", "base", "lg", "xl", "2xl", "3xl", "4xl", "5xl", "6xl"];
const ROUND: [&str; 6] = ["sm", "md", "lg", "xl", "2xl", "3xl"];

pub fn wish(prompt: &str, files: &Files) -> Option<Change> {
    let prompt = prompt.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| mentions(&prompt, word));
    let (word, change): (&str, fn(&str) -> String) = if says(&["bigger", "larger", "enlarge", "increase"]) {
        ("bigger", |class| grown(class, 1))
    } else if says(&["smaller", "shrink", "compact", "decrease"]) {
        ("smaller", |class| grown(class, -1))
    } else if says(&["round"]) {
        ("rounder", |class| stepped(class, "rounded-", &ROUND, 2).unwrap_or_else(|| class.to_owned()))
    } else {
        return None;
    };
    let (what, tags) = subject(&prompt);
    let wanted = |at: usize, lines: &[&str]| tags.is_empty() || tags.iter().any(|tag| inside_tag(tag, at, lines));
    let files = each_line(files, wanted, |line| each_class(line, change));
    Some(Change { files, said: format!("{what} {word} now.") })
}

/// What should change, in words and as tags; no tags means everything.
fn subject(prompt: &str) -> (&'static str, &'static [&'static str]) {
    if mentions(prompt, "button") {
        ("The buttons are", &["button", "Button"])
    } else if ["title", "heading", "headline"].iter().any(|word| mentions(prompt, word)) {
        ("The headings are", &["h1", "h2"])
    } else if ["input", "field"].iter().any(|word| mentions(prompt, word)) {
        ("The fields are", &["input", "textarea", "select"])
    } else {
        ("Everything is", &[])
    }
}

/// Applies `change` to each class, with variants like `sm:` left in front.
fn each_class(line: &str, change: fn(&str) -> String) -> String {
    let is_class = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let mut changed = String::new();
    let mut word = String::new();
    for c in line.chars().chain(['\n']) {
        if is_class(c) {
            word.push(c);
        } else {
            changed += &change(&std::mem::take(&mut word));
            changed.push(c);
        }
    }
    changed.pop();
    changed
}

/// Text and padding, one step up or down.
fn grown(class: &str, by: isize) -> String {
    let padded = ["p-", "px-", "py-"].iter().find_map(|kind| {
        let size: isize = class.strip_prefix(kind)?.parse().ok()?;
        Some(format!("{kind}{}", (size + by * if size > 4 { 2 } else { 1 }).max(1)))
    });
    padded.or_else(|| stepped(class, "text-", &TEXT, by)).unwrap_or_else(|| class.to_owned())
}

fn stepped(class: &str, kind: &str, scale: &[&str], by: isize) -> Option<String> {
    let size = class.strip_prefix(kind)?;
    let at = scale.iter().position(|step| *step == size)?;
    let next = at.saturating_add_signed(by).min(scale.len() - 1);
    Some(format!("{kind}{}", scale[next]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_grow_with_their_variants() {
        let bigger =
            each_class("className=\"px-4 py-2.5 sm:text-sm text-slate-900 text-5xl\"", |class| grown(class, 1));
        assert_eq!(bigger, "className=\"px-5 py-2.5 sm:text-base text-slate-900 text-6xl\"");
        assert_eq!(grown("text-6xl", 1), "text-6xl");
        assert_eq!(grown("p-1", -1), "p-1");
    }
}

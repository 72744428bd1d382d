//! The files, put in front of a prompt, and read back from there.
//!
//! They are shown in the very format an answer has to use, each in a fence longer than any run of
//! backticks inside it. That makes the reading exact, whatever the files contain.

use std::{collections::BTreeMap, fmt::Write};

const HEAD: &str = "The project has these files now:\n\n";
const OMITTED: &str = "These files exist too, but are too long to show. Leave them as they are:\n\n";
const TAIL: &str = "End of files. The request:\n\n";

/// The prompt behind as many of the files as fit into `room` characters, the shorter ones first served.
pub fn with_files(prompt: &str, files: &[(String, String)], room: usize) -> String {
    if files.is_empty() {
        return prompt.to_owned();
    }
    let shown = fitting(files, room);
    let mut text = String::from(HEAD);
    for (path, content) in files.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(file, _)| file) {
        fence(&mut text, path, content);
    }
    if shown.contains(&false) {
        text.push_str(OMITTED);
        let hidden = files.iter().zip(&shown).filter(|(_, shown)| !**shown);
        hidden.for_each(|((path, _), _)| {
            let _ = writeln!(text, "- {path}");
        });
        text.push('\n');
    }
    text + TAIL + prompt
}

/// Which files are shown: shorter ones first, so that one huge file does not hide all the others.
fn fitting(files: &[(String, String)], room: usize) -> Vec<bool> {
    let mut by_length: Vec<usize> = (0..files.len()).collect();
    by_length.sort_by_key(|&at| files[at].1.len());
    let (mut left, mut shown) = (room, vec![false; files.len()]);
    for at in by_length {
        let size = files[at].0.len() + files[at].1.len() + 40;
        shown[at] = size <= left;
        left = left.saturating_sub(size);
    }
    shown
}

fn fence(text: &mut String, path: &str, content: &str) {
    let ticks = "`".repeat(longest_run(content).max(2) + 1);
    let language = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let newline = if content.is_empty() || content.ends_with('\n') { "" } else { "\n" };
    let _ = write!(text, "{ticks}{language} file=\"{path}\"\n{content}{newline}{ticks}\n\n");
}

fn longest_run(content: &str) -> usize {
    content.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The files and the bare prompt inside a message that [`with_files`] made.
///
/// A file comes back with a newline at its end. A message of another make is all prompt.
pub(crate) fn read_back(message: &str) -> (BTreeMap<String, String>, &str) {
    let mut files = BTreeMap::new();
    let Some(mut rest) = message.strip_prefix(HEAD) else { return (files, message) };
    while let Some((path, content, after)) = read_fence(rest) {
        files.insert(path.to_owned(), content.to_owned());
        rest = after;
    }
    let prompt = rest.find(TAIL).map_or(rest, |at| &rest[at + TAIL.len()..]);
    (files, prompt)
}

fn read_fence(text: &str) -> Option<(&str, &str, &str)> {
    let ticks = &text[..text.len() - text.trim_start_matches('`').len()];
    let (opening, body) = text.strip_prefix(ticks).filter(|_| !ticks.is_empty())?.split_once('\n')?;
    let path = opening.split_once("file=\"")?.1.strip_suffix('"')?;
    let closing = format!("{ticks}\n\n");
    let end = if body.starts_with(&closing) { 0 } else { body.find(&format!("\n{closing}"))? + 1 };
    Some((path, &body[..end], &body[end + closing.len()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn files_come_back_as_they_went_in(
            files in prop::collection::btree_map("[a-z]{1,8}\\.tsx", "([a-z`~ {}<>]{0,12}\n){0,6}", 0..4),
            prompt in ".{0,40}",
        ) {
            let list: Vec<_> = files.clone().into_iter().collect();
            prop_assume!(!list.is_empty() || !prompt.starts_with(HEAD));
            let message = with_files(&prompt, &list, usize::MAX);
            let (read, bare) = read_back(&message);
            prop_assert_eq!(read, files);
            prop_assert_eq!(bare, prompt);
        }
    }

    #[test]
    fn a_prompt_without_files_stays_as_it_is() {
        assert_eq!(with_files("hello", &[], 0), "hello");
        assert_eq!(read_back("hello").1, "hello");
    }
}

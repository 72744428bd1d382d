//! Changing what is there: each kind of wish is a pure function over the files.

pub mod colour;
mod dark;
mod footer;
mod heading;
mod size;

use super::{APP, Files, Script, blocks};

/// Looks for one kind of wish in a prompt and fulfils it. None when the prompt does not wish for it.
type Wish = fn(prompt: &str, files: &Files) -> Option<Change>;

/// The files after a wish, and what was done, in words.
pub struct Change {
    files: Files,
    said: String,
}

const WISHES: [Wish; 5] = [heading::wish, dark::wish, footer::wish, size::wish, colour::wish];

/// The edits a prompt wishes for. None when it does not speak of what is there.
pub fn answer(files: &Files, prompt: &str) -> Option<Script> {
    if !files.contains_key(APP) || asks_for_something_new(prompt) {
        return None;
    }
    let mut changed = files.clone();
    let mut said = Vec::new();
    for wish in WISHES {
        if let Some(change) = wish(prompt, &changed) {
            changed = change.files;
            said.push(change.said);
        }
    }
    (!said.is_empty()).then(|| script(files, &changed, &said))
}

/// "a …" and "build …" begin something new; "make the …" and "add …" change what is there.
fn asks_for_something_new(prompt: &str) -> bool {
    let prompt = prompt.trim().to_lowercase();
    let prompt = ["please ", "now ", "can you ", "could you "]
        .iter()
        .fold(prompt.as_str(), |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    [
        "a ",
        "an ",
        "build ",
        "create ",
        "design ",
        "generate ",
        "make a ",
        "make an ",
        "make me a",
        "i want a ",
        "i need a ",
        "new ",
    ]
    .iter()
    .any(|start| prompt.starts_with(start))
}

fn script(old: &Files, new: &Files, said: &[String]) -> Script {
    let edited: Vec<(&String, String)> = new
        .iter()
        .filter_map(|(path, content)| {
            let before = old.get(path).filter(|before| *before != content)?;
            Some((path, blocks::between(before, content)))
        })
        .collect();
    let mut text = said.join(" ");
    if edited.is_empty() {
        text += " The files already look like that, so there is nothing to change.";
    }
    for (path, blocks) in &edited {
        text += &format!("\n\n```tsx file=\"{path}\"\n{blocks}```");
    }
    let reasoning = format!(
        "(This is the built-in demo, not a model.) The request changes what is already there, so I edit {} and leave everything else alone.",
        match edited.len() {
            0 => "nothing".to_owned(),
            1 => "one file".to_owned(),
            count => format!("{count} files"),
        }
    );
    Script { reasoning, text: text + "\n" }
}

/// The same change on every line of every component for which `wanted` holds.
fn each_line(files: &Files, wanted: impl Fn(usize, &[&str]) -> bool, change: impl Fn(&str) -> String) -> Files {
    #[allow(clippy::case_sensitive_file_extension_comparisons, reason = "compilers compare them so too")]
    let component = |path: &str| path.ends_with(".tsx") || path.ends_with(".jsx");
    files
        .iter()
        .map(|(path, content)| {
            if !component(path) {
                return (path.clone(), content.clone());
            }
            let lines: Vec<&str> = content.lines().collect();
            let changed = lines.iter().enumerate().map(|(at, line)| {
                let line = if wanted(at, &lines) { change(line) } else { (*line).to_owned() };
                line + "\n"
            });
            (path.clone(), changed.collect())
        })
        .collect()
}

/// Whether a line stands inside an opening tag `<name … >`, wherever that tag began.
fn inside_tag(name: &str, at: usize, lines: &[&str]) -> bool {
    let opening = format!("<{name}");
    for back in 0..=at.min(12) {
        let line = lines[at - back];
        if let Some(start) = line.find(&opening) {
            return back == 0 || !closes(&line[start..]) && lines[at - back + 1..at].iter().all(|line| !closes(line));
        }
    }
    false
}

/// Whether a `>` on this line ends a tag: not that of `=>`, `>=` or ` > `.
fn closes(line: &str) -> bool {
    line.match_indices('>').any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + 1..].chars().next());
        before != Some('=') && after != Some('=') && !(before == Some(' ') && after == Some(' '))
    })
}

/// The line of the outermost element of `App`, as index and tag name.
fn root(lines: &[&str]) -> Option<(usize, String)> {
    let app = lines.iter().position(|line| line.contains("export default"))?;
    let at = (app..lines.len() - 1).find(|&at| lines[at].trim() == "return (")? + 1;
    let tag: String = lines[at].trim().strip_prefix('<')?.chars().take_while(char::is_ascii_alphanumeric).collect();
    (!tag.is_empty()).then_some((at, tag))
}

//! "Make the buttons green."

use super::{Change, each_line, inside_tag, root};
use crate::demo::{APP, Files, words::mentions};

/// Tailwind's colours with their 500 as hex, for charts.
const PALETTE: [(&str, &str); 17] = [
    ("red", "#ef4444"),
    ("orange", "#f97316"),
    ("amber", "#f59e0b"),
    ("yellow", "#eab308"),
    ("lime", "#84cc16"),
    ("green", "#22c55e"),
    ("emerald", "#10b981"),
    ("teal", "#14b8a6"),
    ("cyan", "#06b6d4"),
    ("sky", "#0ea5e9"),
    ("blue", "#3b82f6"),
    ("indigo", "#6366f1"),
    ("violet", "#8b5cf6"),
    ("purple", "#a855f7"),
    ("fuchsia", "#d946ef"),
    ("pink", "#ec4899"),
    ("rose", "#f43f5e"),
];

/// What people say for a colour of the palette.
const SYNONYMS: [(&str, &str); 7] = [
    ("turquoise", "teal"),
    ("navy", "indigo"),
    ("magenta", "fuchsia"),
    ("gold", "amber"),
    ("crimson", "rose"),
    ("mint", "emerald"),
    ("lilac", "violet"),
];

/// The last colour a prompt names: "from blue to green" means green.
pub fn named_in(prompt: &str) -> Option<&'static str> {
    let prompt = prompt.to_lowercase();
    let words: Vec<&str> = prompt.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().rev().find_map(|word| {
        let known = PALETTE.iter().map(|(name, _)| *name).find(|name| name == word);
        known.or_else(|| SYNONYMS.iter().find(|(said, _)| said == word).map(|(_, name)| *name))
    })
}

/// The colour as a chart wants it.
pub fn hex(name: &str) -> &'static str {
    PALETTE.iter().find(|(known, _)| *known == name).map_or("#6366f1", |(_, hex)| hex)
}

pub fn wish(prompt: &str, files: &Files) -> Option<Change> {
    let to = named_in(prompt)?;
    let from = accent(files)?;
    let prompt = prompt.to_lowercase();
    if mentions(&prompt, "button") {
        return Some(Change { files: with_buttons(files, to), said: format!("The buttons are {to} now.") });
    }
    if mentions(&prompt, "background") {
        return Some(Change {
            files: with_background(files, to)?,
            said: format!("The background is a light {to} now."),
        });
    }
    let files = each_line(files, |_, _| true, |line| recoloured(line, from, to).replace(hex(from), hex(to)));
    Some(Change { files, said: format!("The accent colour is {to} now instead of {from}.") })
}

/// Every coloured button; if there is none, the neutral ones. Red stays red: it marks what deletes.
fn with_buttons(files: &Files, to: &str) -> Files {
    let buttons = |at: usize, lines: &[&str]| inside_tag("button", at, lines) || inside_tag("Button", at, lines);
    let names = || PALETTE.iter().map(|(name, _)| *name).filter(|name| *name != "red");
    let coloured =
        each_line(files, buttons, |line| names().fold(line.to_owned(), |line, name| recoloured(&line, name, to)));
    if coloured != *files || accent(files) == Some(to) {
        return coloured;
    }
    each_line(files, buttons, |line| {
        line.replace("border-slate-300 bg-white", &format!("border-{to}-700 bg-{to}-700 text-white"))
            .replace("hover:bg-slate-100", &format!("hover:bg-{to}-800"))
    })
}

/// The outermost element on the lightest shade.
fn with_background(files: &Files, to: &str) -> Option<Files> {
    let app = files.get(APP)?;
    let (root, _) = root(&app.lines().collect::<Vec<_>>())?;
    let lines = app
        .lines()
        .enumerate()
        .map(|(at, line)| if at == root { background_of(line, to) } else { line.to_owned() } + "\n");
    let mut files = files.clone();
    files.insert(APP.to_owned(), lines.collect());
    Some(files)
}

/// The colour most used in the files.
pub fn accent(files: &Files) -> Option<&'static str> {
    let uses = |name: &str| files.values().map(|content| shades(content, name).count()).sum::<usize>();
    PALETTE.iter().map(|(name, _)| *name).max_by_key(|name| uses(name)).filter(|name| uses(name) > 0)
}

/// Where `-name-` stands before a shade.
fn shades<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let rest = &text[at + name.len()..];
        text[..at].ends_with('-') && rest.starts_with('-') && rest[1..].starts_with(|c: char| c.is_ascii_digit())
    })
}

fn recoloured(line: &str, from: &str, to: &str) -> String {
    let places: Vec<usize> = shades(line, from).collect();
    places.into_iter().rev().fold(line.to_owned(), |mut line, at| {
        line.replace_range(at..at + from.len(), to);
        line
    })
}

fn background_of(line: &str, to: &str) -> String {
    let words =
        line.split(' ').map(|word| if word.starts_with("bg-") { format!("bg-{to}-50") } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shade_is_recoloured_and_a_word_is_not() {
        assert_eq!(
            recoloured("bg-blue-700 hover:bg-blue-800 text-sky-900 blue", "blue", "green"),
            "bg-green-700 hover:bg-green-800 text-sky-900 blue"
        );
        assert_eq!(named_in("change it from blue to Mint!"), Some("emerald"));
        assert_eq!(named_in("a greenhouse"), None);
    }
}

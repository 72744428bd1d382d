//! "Change the title to …"

use super::Change;
use crate::demo::{APP, Files, words};

pub fn wish(prompt: &str, files: &Files) -> Option<Change> {
    let small = prompt.to_lowercase();
    let about_it = ["title", "heading", "headline", "h1"].iter().any(|word| words::mentions(&small, word));
    let title = about_it.then(|| new_title(prompt)).flatten()?;
    // App first, then the components.
    let mut paths = std::iter::once(APP).chain(files.keys().map(String::as_str));
    let (path, content) = paths.find_map(|path| Some((path, retitled(files.get(path)?, &title)?)))?;
    let mut files = files.clone();
    files.insert(path.to_owned(), content);
    Some(Change { files, said: format!("The title is now “{title}”.") })
}

/// What stands in quotes, or after "to" or "into".
fn new_title(prompt: &str) -> Option<String> {
    let after = |word: &str| prompt.split_once(word).map(|(_, rest)| rest);
    let title = words::quoted(prompt).or_else(|| [" to say ", " into ", " to "].iter().find_map(|word| after(word)))?;
    let title = words::harmless(title.lines().next()?);
    let title = title.trim_end_matches(['.', '!']);
    // "change the title to green" is a colour, "to be bigger" a size.
    let other = title.is_empty()
        || title.starts_with("be ")
        || super::colour::named_in(title).is_some() && !title.contains(' ');
    (!other && title.chars().count() <= 80).then(|| title.to_owned())
}

/// The text of the first `<h1>`, if it stands on one line and is only text or one expression.
fn retitled(content: &str, title: &str) -> Option<String> {
    let at = content.find("<h1")?;
    let line = &content[at..at + content[at..].find('\n')?];
    let end = line.find("</h1>")?;
    let start = line[..end].match_indices('>').find(|(at, _)| !line[..*at].ends_with('='))?.0 + 1;
    Some(format!("{}{title}{}", &content[..at + start], &content[at + end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_and_replaced() {
        assert_eq!(new_title("Change the title to \"Hello there\"").as_deref(), Some("Hello there"));
        assert_eq!(new_title("rename the heading to Fresh bread.").as_deref(), Some("Fresh bread"));
        assert_eq!(new_title("change the title to green"), None);
        assert_eq!(new_title("make the title bigger"), None);
        assert_eq!(retitled("<h1 a={() => 1}>Old</h1>\n", "New").as_deref(), Some("<h1 a={() => 1}>New</h1>\n"));
    }
}

//! Search/replace blocks: reading them, and applying them to a file.

/// One block: these lines become those.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edit<'a> {
    search: Vec<&'a str>,
    replace: Vec<&'a str>,
}

pub(super) type Edits<'a> = Vec<Edit<'a>>;

/// Why a block cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    Nowhere,
    Several,
}

impl Edit<'_> {
    /// Such a block fills an empty file.
    pub fn searches_nothing(&self) -> bool {
        self.search.iter().all(|line| line.trim().is_empty())
    }
}

enum Side<'a> {
    Outside,
    Search(Edit<'a>),
    Replace(Edit<'a>),
}

/// The complete blocks of a fence; one that was cut off is left out.
pub(super) fn read(body: &str) -> Edits<'_> {
    let (mut edits, mut side) = (Vec::new(), Side::Outside);
    for line in body.lines() {
        side = match side {
            _ if is_marker(line, '<', "SEARCH") => Side::Search(Edit::default()),
            Side::Outside => Side::Outside,
            Side::Search(edit) if is_marker(line, '=', "") => Side::Replace(edit),
            Side::Search(mut edit) => {
                edit.search.push(line);
                Side::Search(edit)
            }
            Side::Replace(edit) if is_marker(line, '>', "REPLACE") => {
                edits.push(edit);
                Side::Outside
            }
            Side::Replace(mut edit) => {
                edit.replace.push(line);
                Side::Replace(edit)
            }
        };
    }
    edits
}

fn is_marker(line: &str, mark: char, word: &str) -> bool {
    let line = line.trim_end();
    let rest = line.trim_start_matches(mark);
    (5..=9).contains(&(line.len() - rest.len())) && rest.trim().eq_ignore_ascii_case(word)
}

/// The file after all blocks, or the number (from 1) of the first that does not fit. All or nothing.
///
/// The file keeps its line ends.
pub(super) fn apply(file: &str, edits: &[Edit]) -> Result<String, (usize, Mismatch)> {
    let crlf = file.contains("\r\n");
    let mut text = if crlf { file.replace("\r\n", "\n") } else { file.to_owned() };
    for (number, edit) in edits.iter().enumerate() {
        text = apply_one(&text, edit).map_err(|mismatch| (number + 1, mismatch))?;
    }
    Ok(if crlf { text.replace('\n', "\r\n") } else { text })
}

fn apply_one(text: &str, edit: &Edit) -> Result<String, Mismatch> {
    if edit.searches_nothing() {
        return if text.trim().is_empty() { Ok(joined(&edit.replace)) } else { Err(Mismatch::Nowhere) };
    }
    // What follows the last line end is no line.
    let (body, end) = text.strip_suffix('\n').map_or((text, ""), |body| (body, "\n"));
    let lines: Vec<&str> = body.split('\n').collect();
    let at = find(&lines, &edit.search)?;
    let replacement = reindented(edit, lines[at..].iter().copied());
    let before = lines[..at].iter().map(|line| (*line).to_owned());
    let after = lines[at + edit.search.len()..].iter().map(|line| (*line).to_owned());
    let lines: Vec<String> = before.chain(replacement).chain(after).collect();
    Ok(if lines.is_empty() { String::new() } else { lines.join("\n") + end })
}

fn joined(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

/// The one place where the lines stand: exactly, else without trailing space, else without any indentation.
fn find(lines: &[&str], search: &[&str]) -> Result<usize, Mismatch> {
    let looks: [fn(&str) -> &str; 3] = [|line| line, str::trim_end, str::trim];
    for look in looks {
        let places: Vec<usize> = lines
            .windows(search.len())
            .enumerate()
            .filter(|(_, window)| window.iter().zip(search).all(|(a, b)| look(a) == look(b)))
            .map(|(at, _)| at)
            .take(2)
            .collect();
        match places[..] {
            [at] => return Ok(at),
            [] => {}
            _ => return Err(Mismatch::Several),
        }
    }
    Err(Mismatch::Nowhere)
}

/// The replacement, moved to the indentation the lines really have.
fn reindented<'a>(edit: &Edit<'a>, found: impl Iterator<Item = &'a str>) -> Vec<String> {
    let indents = edit.search.iter().zip(found).find(|(line, _)| !line.trim().is_empty());
    let (said, real) = indents.map_or(("", ""), |(said, real)| (indent(said), indent(real)));
    edit.replace
        .iter()
        .map(|line| match line.strip_prefix(said) {
            Some(rest) if !line.trim().is_empty() => format!("{real}{rest}"),
            _ => (*line).to_owned(),
        })
        .collect()
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply_text(file: &str, body: &str) -> Result<String, (usize, Mismatch)> {
        apply(file, &read(body))
    }

    const A_TO_B: &str = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";

    #[test]
    fn a_block_replaces_whole_lines() {
        assert_eq!(apply_text("x\na\ny\n", A_TO_B).unwrap(), "x\nb\ny\n");
        assert_eq!(apply_text("a", A_TO_B).unwrap(), "b");
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(apply_text("a\na\n", A_TO_B), Err((1, Mismatch::Several)));
        assert_eq!(apply_text("aa\n", A_TO_B), Err((1, Mismatch::Nowhere)));
        let second = format!("{A_TO_B}{A_TO_B}");
        assert_eq!(apply_text("a\n", &second), Err((2, Mismatch::Nowhere)));
    }

    #[test]
    fn wrong_indentation_is_forgiven_and_put_right() {
        let body = "<<<<<<< SEARCH\n<p>\n  a\n=======\n<p>\n  b\n>>>>>>> REPLACE\n";
        assert_eq!(apply_text("    <p>\n      a\n", body).unwrap(), "    <p>\n      b\n");
    }

    #[test]
    fn line_ends_of_the_file_stay() {
        assert_eq!(apply_text("x\r\na\r\n", A_TO_B).unwrap(), "x\r\nb\r\n");
    }

    #[test]
    fn the_end_of_a_file_is_not_an_empty_line() {
        let body = "<<<<<<< SEARCH\na\n\n=======\nb\n>>>>>>> REPLACE\n";
        assert_eq!(apply_text("a\n\na\n", body).unwrap(), "b\na\n");
    }

    #[test]
    fn a_block_may_delete_or_fill() {
        assert_eq!(apply_text("a\ny\n", "<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n").unwrap(), "y\n");
        assert_eq!(apply_text("a\n", "<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n").unwrap(), "");
        assert_eq!(apply_text("", "<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n").unwrap(), "b\n");
    }

    #[test]
    fn a_block_that_was_cut_off_does_nothing() {
        assert_eq!(read("<<<<<<< SEARCH\na\n=======\nb\n"), []);
        assert_eq!(read(&format!("<<<<<<< SEARCH\na\n{A_TO_B}")).len(), 1);
    }
}

//! Comments that stand where code was left out.

const PHRASES: [&str; 13] = [
    "rest of",
    "existing",
    "same as",
    "same code",
    "unchanged",
    "remaining",
    "previous",
    "as before",
    "omitted",
    "remains the same",
    "stays the same",
    "other code",
    "keep the",
];

/// The first line of `new`, from 1, that leaves out code. A line that `old` has too is only quoted.
pub(super) fn find(old: &str, new: &str) -> Option<usize> {
    let suspect = |line: &str| is_elision(line) && !old.lines().any(|known| known.trim() == line.trim());
    new.lines().position(suspect).map(|at| at + 1)
}

/// A comment of its own that trails off with dots and speaks of code that is not there.
fn is_elision(line: &str) -> bool {
    let Some(comment) = comment(line.trim()) else { return false };
    let dotted =
        |text: &str| text.starts_with("...") || text.starts_with('…') || text.ends_with("...") || text.ends_with('…');
    let comment = comment.to_lowercase();
    dotted(&comment) && PHRASES.iter().any(|phrase| comment.contains(phrase))
}

/// The words of a line that is nothing but a comment.
fn comment(line: &str) -> Option<&str> {
    let opened = ["{/*", "//", "/*", "<!--", "#", "*"].iter().find_map(|open| line.strip_prefix(open))?;
    let closed = ["*/}", "*/", "-->"].iter().find_map(|close| opened.strip_suffix(close)).unwrap_or(opened);
    Some(closed.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_to_leave_out_code_are_seen() {
        for line in [
            "  // ... rest of the code",
            "{/* ... existing code ... */}",
            "// … same as before",
            "# ... rest of file unchanged ...",
            "<!-- remaining markup... -->",
            "/* ... (previous styles remain unchanged) ... */",
        ] {
            assert_eq!(find("", &format!("a\n{line}\n")), Some(2), "{line}");
        }
    }

    #[test]
    fn ordinary_comments_and_quoted_ones_pass() {
        for line in
            ["// ...props is spread", "// keep the existing order", "const [a, ...rest] = existing;", "// Loading…"]
        {
            assert_eq!(find("", line), None, "{line}");
        }
        assert_eq!(find("// ... rest of it", "x\n  // ... rest of it"), None);
    }
}

//! Text between people, models and Postgres.

/// As Postgres can store it: it has no U+0000, which becomes U+FFFD.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// A pattern for `ilike` that finds `words` anywhere, taken literally.
pub(crate) fn anywhere(words: &str) -> String {
    let literal = words.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{}%", storable(&literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_takes_its_words_literally() {
        assert_eq!(anywhere(r"50%_a\b"), r"%50\%\_a\\b%");
    }
}

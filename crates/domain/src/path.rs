//! Which file paths we accept, from models and from people.

/// The longest path, in characters.
const LONGEST: usize = 200;

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error("a path needs a file name")]
    Empty,
    #[error("a path has at most {LONGEST} characters")]
    TooLong,
    #[error("a path is relative to the project root")]
    Absolute,
    #[error("a path stays inside the project")]
    Outside,
    #[error("a path has no control, invisible, quote or backslash characters")]
    Character,
    #[error("no part of a path begins or ends with a space")]
    Space,
}

/// The path in its one normal form: relative to the project root, `@/` as `src/`, without `./` and `//`.
pub fn validate_path(path: &str) -> Result<String, BadPath> {
    if path.chars().any(forbidden) {
        return Err(BadPath::Character);
    }
    let path = path.trim().strip_prefix("@/").map_or_else(|| path.trim().to_owned(), |rest| format!("src/{rest}"));
    if path.starts_with('/') || has_drive(&path) {
        return Err(BadPath::Absolute);
    }
    if path.is_empty() || path.ends_with('/') || path.ends_with("/.") || path == "." {
        return Err(BadPath::Empty);
    }
    let path = parts(&path)?.join("/");
    if path.chars().count() > LONGEST { Err(BadPath::TooLong) } else { Ok(path) }
}

fn parts(path: &str) -> Result<Vec<&str>, BadPath> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    match parts.iter().find(|part| **part == ".." || part.trim() != **part) {
        Some(&"..") => Err(BadPath::Outside),
        Some(_) => Err(BadPath::Space),
        None => Ok(parts),
    }
}

fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

/// Characters that deceive a reader, break a fence, or mean something to a shell or an archive.
fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\\' | '"' | '`')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_normal_form() {
        for same in ["src/ui/Card.tsx", "./src/ui/Card.tsx", "@/ui/Card.tsx", "src//ui/./Card.tsx", " src/ui/Card.tsx "]
        {
            assert_eq!(validate_path(same).as_deref(), Ok("src/ui/Card.tsx"), "{same}");
        }
        assert_eq!(validate_path("app/[id]/(group)/page.tsx").as_deref(), Ok("app/[id]/(group)/page.tsx"));
        assert_eq!(validate_path("src/…/ü.tsx").as_deref(), Ok("src/…/ü.tsx"));
    }

    #[test]
    fn what_leaves_the_project_or_deceives_is_refused() {
        for (bad, why) in [
            ("", BadPath::Empty),
            (".", BadPath::Empty),
            ("src/", BadPath::Empty),
            ("@/", BadPath::Empty),
            ("/etc/passwd", BadPath::Absolute),
            ("C:/x", BadPath::Absolute),
            ("../x", BadPath::Outside),
            ("src/../../x", BadPath::Outside),
            ("src/a/..", BadPath::Outside),
            ("src\\x", BadPath::Character),
            ("src/\0", BadPath::Character),
            ("src/a\nb", BadPath::Character),
            ("src/\u{202e}xst.ppA", BadPath::Character),
            ("src/a\u{200b}.ts", BadPath::Character),
            ("src/a /b", BadPath::Space),
        ] {
            assert_eq!(validate_path(bad), Err(why), "{bad:?}");
        }
        assert_eq!(validate_path(&"a".repeat(201)), Err(BadPath::TooLong));
        assert!(validate_path(&"ä".repeat(200)).is_ok());
    }
}

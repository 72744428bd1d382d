//! The lines that begin and end a fenced block.

use crate::{BadPath, validate_path};

/// A longer line is no fence; it bounds what is held back.
const LONGEST_LINE: usize = 1024;
/// How far an opening line may be indented, as in a list.
const DEEPEST: usize = 8;

/// The look of a fence: what ends it has the same mark, at least as often.
#[derive(Clone, Copy)]
pub(super) struct Fence {
    mark: char,
    count: usize,
    /// Content lines lose up to this many leading spaces.
    pub indent: usize,
}

/// What the beginning of a line can still become.
pub(super) enum Look {
    /// Not decided yet: hold it back.
    Undecided,
    /// An ordinary line.
    Ordinary,
    /// A complete marker line; its info string, trimmed.
    Marker(String),
}

/// An opening line: what the block is.
pub(super) struct Opening {
    pub fence: Fence,
    pub info: String,
}

/// What an info string says about a file.
pub(super) struct Named {
    pub path: String,
    pub op: Op,
}

pub(super) enum Op {
    Write,
    Rename { from: String },
    Delete,
}

/// Looks at the beginning of a prose line for the opening of a block.
pub(super) fn look_for_opening(line: &str) -> Look {
    let rest = line.trim_start_matches(' ');
    match rest.chars().next() {
        _ if line.len() - rest.len() > DEEPEST => Look::Ordinary,
        None => Look::Undecided,
        Some(mark @ ('`' | '~')) => look(rest, mark, 3),
        Some(_) => Look::Ordinary,
    }
}

/// The opening on a line for which [`look_for_opening`] said `Marker`.
pub(super) fn opening(line: &str, info: String) -> Opening {
    let rest = line.trim_start_matches(' ');
    let mark = rest.chars().next().unwrap_or('`');
    let count = rest.chars().take_while(|c| *c == mark).count();
    Opening { fence: Fence { mark, count, indent: line.len() - rest.len() }, info }
}

impl Fence {
    /// Looks at the beginning of a line inside the block for a marker at least as long.
    pub fn look(&self, line: &str) -> Look {
        let rest = line.trim_start_matches(' ');
        match rest.chars().next() {
            _ if line.len() - rest.len() > self.indent + 3 => Look::Ordinary,
            None => Look::Undecided,
            Some(c) if c == self.mark => look(rest, self.mark, self.count),
            Some(_) => Look::Ordinary,
        }
    }
}

fn look(rest: &str, mark: char, at_least: usize) -> Look {
    let info = rest.trim_start_matches(mark);
    let count = rest.len() - info.len();
    if info.is_empty() {
        return if count > LONGEST_LINE { Look::Ordinary } else { Look::Undecided };
    }
    if count < at_least || rest.len() > LONGEST_LINE || (mark == '`' && info.contains('`')) {
        return Look::Ordinary;
    }
    info.strip_suffix('\n').map_or(Look::Undecided, |info| Look::Marker(info.trim().to_owned()))
}

/// The file an info string names: `tsx file="src/App.tsx" op="rename" from="src/Old.tsx"`, or `tsx:src/App.tsx`.
pub(super) fn named(info: &str) -> Option<Result<Named, BadPath>> {
    let path =
        ["file", "filename", "path"].iter().find_map(|key| attribute(info, key)).or_else(|| after_colon(info))?;
    Some(validate_path(path).and_then(|path| Ok(Named { path, op: op(info)? })))
}

fn op(info: &str) -> Result<Op, BadPath> {
    Ok(match attribute(info, "op") {
        Some("delete") => Op::Delete,
        Some("rename") => Op::Rename { from: validate_path(attribute(info, "from").unwrap_or_default())? },
        _ => Op::Write,
    })
}

/// The value of `key="value"`, `key='value'` or `key=value`.
fn attribute<'a>(info: &'a str, key: &str) -> Option<&'a str> {
    let value = info.match_indices(key).find_map(|(at, _)| {
        let free = info[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '{');
        info[at + key.len()..].strip_prefix('=').filter(|_| free)
    })?;
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split_once(quote).map(|(value, _)| value),
        _ => value.split([' ', '}']).next(),
    }
}

fn after_colon(info: &str) -> Option<&str> {
    let (language, path) = info.split_whitespace().next()?.split_once(':')?;
    let known = language.chars().all(|c| c.is_ascii_alphanumeric());
    (known && path.contains('.')).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(info: &str) -> Option<String> {
        named(info).map(|named| named.unwrap().path)
    }

    #[test]
    fn a_path_is_named_in_several_ways() {
        for info in [
            r#"tsx file="src/App.tsx""#,
            "tsx file='src/App.tsx'",
            "tsx file=src/App.tsx",
            r#"file="@/App.tsx" lang="tsx""#,
            r#"tsx {filename="src/App.tsx"}"#,
            "tsx:src/App.tsx",
        ] {
            assert_eq!(path(info).as_deref(), Some("src/App.tsx"), "{info}");
        }
        for info in ["tsx", "", "tsx profile=\"x\"", "tsx file=\"src/A", "http://x"] {
            assert_eq!(path(info), None, "{info}");
        }
    }
}

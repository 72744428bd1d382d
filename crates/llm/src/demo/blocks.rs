//! The difference of two texts as search/replace blocks.

use std::fmt::Write;

use similar::TextDiff;

/// Blocks that turn `old` into `new`. Each searches for lines that stand in one place only at its turn.
pub fn between(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let new_lines: Vec<&str> = new.lines().collect();
    let mut now: Vec<&str> = old.lines().collect();
    let mut blocks = String::new();
    for group in diff.grouped_ops(1) {
        let taken: usize = group.iter().map(|op| op.old_range().len()).sum();
        let given: usize = group.iter().map(|op| op.new_range().len()).sum();
        // Above this group the text is new already, so positions there are the new ones.
        let Some(start) = group.iter().map(|op| op.new_range().start).min() else { continue };
        let (above, below) = context(&now, start, start + taken);
        let _ = write!(
            blocks,
            "{}",
            Block {
                search: &now[start - above..start + taken + below],
                before: &now[start - above..start],
                replace: &new_lines[start..start + given],
                after: &now[start + taken..start + taken + below],
            }
        );
        now.splice(start..start + taken, new_lines[start..start + given].iter().copied());
    }
    blocks
}

/// How many more lines above and below make the lines unique.
fn context(lines: &[&str], start: usize, end: usize) -> (usize, usize) {
    let (mut above, mut below) = (0, 0);
    while !is_unique(lines, start - above, end + below) && (start > above || end + below < lines.len()) {
        above += usize::from(start > above);
        below += usize::from(end + below < lines.len());
    }
    (above, below)
}

fn is_unique(lines: &[&str], start: usize, end: usize) -> bool {
    let searched = &lines[start..end];
    searched.iter().any(|line| !line.trim().is_empty())
        && lines.windows(searched.len()).filter(|window| *window == searched).count() == 1
}

struct Block<'a> {
    search: &'a [&'a str],
    before: &'a [&'a str],
    replace: &'a [&'a str],
    after: &'a [&'a str],
}

impl std::fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "<<<<<<< SEARCH")?;
        self.search.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f, "=======")?;
        let replace = self.before.iter().chain(self.replace).chain(self.after);
        replace.into_iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f, ">>>>>>> REPLACE")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Parser;

    proptest! {
        #[test]
        fn the_parser_makes_the_new_text_of_them(
            old in prop::collection::vec("[abc]{1,2}|  x|", 1..12),
            new in prop::collection::vec("[abcd]{1,2}|  x|", 1..12),
        ) {
            let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let (old, new) = (text(&old), text(&new));
            prop_assume!(old != new && !old.trim().is_empty());
            let mut parser = Parser::new(BTreeMap::from([("a.tsx".to_owned(), old.clone())]));
            parser.push(&format!("```tsx file=\"a.tsx\"\n{}```\n", between(&old, &new)));
            let parsed = parser.finish().1;
            prop_assert_eq!(&parsed.problems, &[]);
            prop_assert_eq!(parsed.changes[0].content.as_deref(), Some(new.as_str()));
        }
    }
}

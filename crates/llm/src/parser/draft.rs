//! A file while the model writes it.

use super::{
    fence::{Named, Op},
    output::Output,
};

/// One fence that names a path.
pub(super) struct Draft {
    pub path: String,
    pub op: Op,
    /// Everything between the opening and the closing line.
    pub body: String,
    /// Whether the body is search/replace text; none until its first line has shown it.
    pub edit: Option<bool>,
    /// How much of the body has been given out.
    emitted: usize,
    /// Where its first word begins.
    start: Option<usize>,
}

impl Draft {
    pub fn new(named: Named) -> Self {
        Self { path: named.path, op: named.op, body: String::new(), edit: None, emitted: 0, start: None }
    }

    pub fn push(&mut self, text: &str, output: &mut Output) {
        if matches!(self.op, Op::Delete) {
            return;
        }
        text.chars().for_each(|c| self.write(c));
        self.emit(output);
    }

    fn write(&mut self, c: char) {
        if self.start.is_none() && !c.is_whitespace() {
            self.start = Some(self.body.len());
        }
        self.body.push(c);
        if let (None, Some(start)) = (self.edit, self.start) {
            self.edit = begins_with_edit(&self.body[start..]);
        }
    }

    /// Nothing more will come: what could still have become an edit is content.
    pub fn end(&mut self, output: &mut Output) {
        // A blank body of a file that is written is its content; of one that is only renamed, it is nothing.
        if self.edit.is_none() && (self.writes() || !self.is_blank()) {
            self.edit = Some(false);
        }
        self.emit(output);
    }

    pub fn is_blank(&self) -> bool {
        self.start.is_none()
    }

    pub fn writes(&self) -> bool {
        matches!(self.op, Op::Write)
    }

    fn emit(&mut self, output: &mut Output) {
        let Some(edit) = self.edit else { return };
        if self.emitted < self.body.len() {
            output.code(&self.path, &self.body[self.emitted..], edit);
            self.emitted = self.body.len();
        }
    }
}

/// Whether this first line is `<<<<<<< SEARCH`; none while that is open.
fn begins_with_edit(line: &str) -> Option<bool> {
    let word = line.trim_start_matches('<');
    let marks = line.len() - word.len();
    if word.is_empty() && marks <= 9 {
        return None;
    }
    let complete = word.ends_with('\n');
    let word = word.trim();
    let fits =
        (5..=9).contains(&marks) && "SEARCH".get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    match (fits, complete) {
        (false, _) => Some(false),
        (true, true) => Some(word.len() == "SEARCH".len()),
        (true, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_known_by_its_first_line() {
        assert_eq!(begins_with_edit("<<<<<<< SEARCH\n"), Some(true));
        assert_eq!(begins_with_edit("<<<<<<< sea"), None);
        assert_eq!(begins_with_edit("<d"), Some(false));
        assert_eq!(begins_with_edit("<<<<<<< SEARCHED"), Some(false));
        assert_eq!(begins_with_edit("<<<<<<<\n"), Some(false));
        assert_eq!(begins_with_edit("<<<"), None);
    }
}

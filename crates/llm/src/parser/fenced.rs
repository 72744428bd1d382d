//! Inside a fenced block: a file being written, or code that belongs to the prose.

use super::{
    State,
    draft::Draft,
    fence::{self, Fence, Look, Opening},
    output::Output,
    prose::Prose,
};

pub(super) struct Fenced {
    fence: Fence,
    target: Target,
    /// The beginning of a line that may still be a marker.
    held: String,
    line_start: bool,
    /// Blocks opened inside a Markdown file and not closed yet.
    depth: usize,
}

enum Target {
    File(Draft),
    Explanation,
}

/// What a marker line inside the block means.
enum Meaning {
    Close,
    /// The model began the next file and forgot to end this one.
    Next(Opening),
    Content,
}

impl Fenced {
    /// A block without a path, or with one we refuse, is part of the explanation.
    pub fn open(opening: Opening, line: &str, output: &mut Output) -> Self {
        let target = match fence::named(&opening.info) {
            Some(Ok(named)) => Target::File(Draft::new(named)),
            Some(Err(why)) => {
                output.problem(why);
                Target::Explanation
            }
            None => Target::Explanation,
        };
        if matches!(target, Target::Explanation) {
            output.verbatim(line);
        }
        Self { fence: opening.fence, target, held: String::new(), line_start: true, depth: 0 }
    }

    pub fn step(&mut self, c: char, output: &mut Output) -> Option<State> {
        if !self.line_start {
            self.line_start = c == '\n';
            self.write(c.encode_utf8(&mut [0; 4]), output);
            return None;
        }
        self.held.push(c);
        match self.fence.look(&self.held) {
            Look::Undecided => None,
            Look::Ordinary => {
                self.line_start = c == '\n';
                self.release(output);
                None
            }
            Look::Marker(info) => self.marker(info, output),
        }
    }

    pub fn finish(mut self, output: &mut Output) {
        let line = format!("{}\n", self.held);
        let closed = matches!(self.fence.look(&line), Look::Marker(info) if info.is_empty() && self.depth == 0);
        match self.target {
            Target::Explanation => output.verbatim(&self.held),
            Target::File(_) => {
                if !closed {
                    self.release(output);
                }
                self.complete(!closed, output);
            }
        }
    }

    fn marker(&mut self, info: String, output: &mut Output) -> Option<State> {
        match self.meaning(info) {
            Meaning::Content => {
                self.release(output);
                None
            }
            Meaning::Close => {
                let line = std::mem::take(&mut self.held);
                if matches!(self.target, Target::Explanation) {
                    output.verbatim(&line);
                }
                self.complete(false, output);
                Some(State::Prose(Prose::new()))
            }
            Meaning::Next(opening) => {
                let line = std::mem::take(&mut self.held);
                self.complete(true, output);
                Some(State::Fenced(Box::new(Self::open(opening, &line, output))))
            }
        }
    }

    fn meaning(&mut self, info: String) -> Meaning {
        match (info.is_empty(), self.is_markdown()) {
            (true, _) if self.depth == 0 => Meaning::Close,
            (true, _) => {
                self.depth -= 1;
                Meaning::Content
            }
            (false, true) => {
                self.depth += 1;
                Meaning::Content
            }
            (false, false) if fence::named(&info).is_some() => Meaning::Next(fence::opening(&self.held, info)),
            (false, false) => Meaning::Content,
        }
    }

    /// A Markdown file may hold blocks of its own, with no longer a fence than the one around it.
    fn is_markdown(&self) -> bool {
        let Target::File(draft) = &self.target else { return false };
        [".md", ".mdx"].iter().any(|ending| draft.path.ends_with(ending))
    }

    /// What was held back is content. It begins a line, so it loses the indentation of the fence.
    fn release(&mut self, output: &mut Output) {
        let held = std::mem::take(&mut self.held);
        let spaces = held.len() - held.trim_start_matches(' ').len();
        self.write(&held[spaces.min(self.fence.indent)..], output);
    }

    fn write(&mut self, text: &str, output: &mut Output) {
        match &mut self.target {
            Target::File(draft) => draft.push(text, output),
            Target::Explanation => output.verbatim(text),
        }
    }

    fn complete(&mut self, cut: bool, output: &mut Output) {
        if let Target::File(mut draft) = std::mem::replace(&mut self.target, Target::Explanation) {
            draft.end(output);
            output.complete(draft, cut);
        }
    }
}

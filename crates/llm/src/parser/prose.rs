//! Outside any block: prose, and thinking between tags.

use super::{
    State,
    fence::{self, Look},
    fenced::Fenced,
    output::Output,
};

const THINK: [&str; 2] = ["<think>", "<thinking>"];
const THOUGHT: [&str; 2] = ["</think>", "</thinking>"];

pub(super) struct Prose {
    /// Text that may still be a fence or a tag. Never longer than one fence line.
    held: String,
    line_start: bool,
    thinking: bool,
}

impl Prose {
    pub fn new() -> Self {
        Self { held: String::new(), line_start: true, thinking: false }
    }

    pub fn step(&mut self, c: char, output: &mut Output) -> Option<State> {
        self.held.push(c);
        if self.line_start && !self.thinking {
            match fence::look_for_opening(&self.held) {
                Look::Undecided => return None,
                Look::Marker(info) => return Some(self.open(info, output)),
                Look::Ordinary => {}
            }
        }
        if !self.in_tag() {
            self.release(c, output);
        }
        None
    }

    pub fn finish(mut self, output: &mut Output) {
        let held = std::mem::take(&mut self.held);
        self.emit(&held, output);
    }

    fn open(&mut self, info: String, output: &mut Output) -> State {
        let line = std::mem::take(&mut self.held);
        State::Fenced(Box::new(Fenced::open(fence::opening(&line, info), &line, output)))
    }

    /// Whether the held text is, or may become, a tag that matters here; a complete one takes effect.
    fn in_tag(&mut self) -> bool {
        let tags = if self.thinking { THOUGHT.as_slice() } else { &[THINK[0], THINK[1], THOUGHT[0], THOUGHT[1]] };
        if tags.contains(&self.held.as_str()) {
            // A closing tag without an opening one is only dropped: some servers swallow the opening one.
            self.thinking = THINK.contains(&self.held.as_str());
            self.line_start = true;
            self.held.clear();
            return true;
        }
        tags.iter().any(|tag| tag.starts_with(self.held.as_str()))
    }

    /// The held text is ordinary, except that its last character may begin a tag.
    fn release(&mut self, c: char, output: &mut Output) {
        let mut text = std::mem::take(&mut self.held);
        if c == '<' && text.len() > 1 {
            self.held.push('<');
            text.pop();
        }
        self.line_start = c == '\n';
        self.emit(&text, output);
    }

    fn emit(&self, text: &str, output: &mut Output) {
        if self.thinking { output.reasoning(text) } else { output.prose(text) }
    }
}

//! What one connection has seen, and what it therefore sends next: each fact once, the highest attempt only,
//! nothing of a generation that is over.

use domain::GenerationId;

use crate::item::{Body, Chunk, Milestone, Part, Text, Turn};

/// Generations that a connection remembers; older ones have long been over.
const REMEMBERED: usize = 32;

/// What a connection has seen.
#[derive(Debug, Default)]
pub struct Progress {
    sequence: i64,
    runs: Vec<Run>,
    whole_only: bool,
}

/// What to do with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Drop,
    /// `before`: characters before it in its part, where that is known.
    Send {
        before: Option<u64>,
    },
    /// A piece from the middle of an answer whose beginning was never seen.
    Torso(GenerationId),
}

/// One generation, at its highest attempt.
#[derive(Debug)]
struct Run {
    generation: GenerationId,
    attempt: i32,
    over: bool,
    /// The index that comes next; `None`: no piece was seen.
    next: Option<i64>,
    /// Every piece of this attempt was seen.
    whole: bool,
    parts: Vec<(Part, u64)>,
}

impl Progress {
    /// Pieces of answers whose beginning was not seen are [`Verdict::Torso`] and leave no trace.
    pub fn whole_only() -> Self {
        Self { whole_only: true, ..Self::default() }
    }

    /// From now on a torso is better than nothing.
    pub const fn take_torsos(&mut self) {
        self.whole_only = false;
    }

    /// Takes the next item in the order of the log.
    pub fn admit(&mut self, body: &Body) -> Verdict {
        match body {
            Body::Milestone(milestone) => self.milestone(milestone),
            Body::Chunk(chunk) => self.chunk(chunk),
        }
    }

    fn milestone(&mut self, milestone: &Milestone) -> Verdict {
        if milestone.sequence <= self.sequence {
            return Verdict::Drop;
        }
        self.sequence = milestone.sequence;
        match milestone.turn {
            Turn::Nothing | Turn::Asked { .. } => Verdict::Send { before: None },
            Turn::Began { generation, attempt } => self.began(generation, attempt),
            Turn::Over { generation } => self.ended(generation),
        }
    }

    fn began(&mut self, generation: GenerationId, attempt: i32) -> Verdict {
        let run = self.run(generation);
        if run.over || attempt < run.attempt {
            return Verdict::Drop;
        }
        run.begin(attempt);
        Verdict::Send { before: None }
    }

    fn ended(&mut self, generation: GenerationId) -> Verdict {
        let run = self.run(generation);
        if run.over {
            return Verdict::Drop;
        }
        run.over = true;
        run.parts = Vec::new();
        Verdict::Send { before: None }
    }

    fn chunk(&mut self, chunk: &Chunk) -> Verdict {
        let whole_only = self.whole_only;
        let run = self.run(chunk.generation);
        if run.over || chunk.attempt < run.attempt {
            return Verdict::Drop;
        }
        run.begin(chunk.attempt);
        if whole_only && run.next.is_none() && chunk.index > 0 {
            return Verdict::Torso(chunk.generation);
        }
        run.take(chunk)
    }

    fn run(&mut self, generation: GenerationId) -> &mut Run {
        let known = self.runs.iter().position(|run| run.generation == generation);
        let place = known.unwrap_or_else(|| {
            if self.runs.len() == REMEMBERED {
                self.runs.remove(0);
            }
            self.runs.push(Run::new(generation));
            self.runs.len() - 1
        });
        &mut self.runs[place]
    }
}

impl Run {
    const fn new(generation: GenerationId) -> Self {
        Self { generation, attempt: 0, over: false, next: None, whole: true, parts: Vec::new() }
    }

    /// A higher attempt makes all before it void.
    fn begin(&mut self, attempt: i32) {
        if attempt > self.attempt {
            *self = Self { attempt, ..Self::new(self.generation) };
        }
    }

    fn take(&mut self, chunk: &Chunk) -> Verdict {
        let next = self.next.unwrap_or_default();
        if chunk.index < next {
            return Verdict::Drop;
        }
        self.whole &= chunk.index == next;
        self.next = Some(chunk.index + 1);
        let before = chunk.text.as_ref().filter(|_| self.whole).map(|text| self.grow(text));
        Verdict::Send { before }
    }

    /// Adds a text to its part, and says how long that was.
    fn grow(&mut self, text: &Text) -> u64 {
        let known = self.parts.iter().position(|(part, _)| *part == text.part);
        let place = known.unwrap_or_else(|| {
            self.parts.push((text.part.clone(), 0));
            self.parts.len() - 1
        });
        let before = self.parts[place].1;
        self.parts[place].1 += text.chars;
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Verdict = Verdict::Send { before: None };

    fn chunk(generation: GenerationId, attempt: i32, index: i64) -> Body {
        Body::Chunk(Chunk { generation, attempt, index, text: None })
    }

    fn fact(sequence: i64, turn: Turn) -> Body {
        Body::Milestone(Milestone { sequence, turn })
    }

    #[test]
    fn a_repeated_fact_is_sent_once() {
        let mut progress = Progress::default();
        assert_eq!(progress.admit(&fact(5, Turn::Nothing)), SENT);
        assert_eq!(progress.admit(&fact(5, Turn::Nothing)), Verdict::Drop);
        assert_eq!(progress.admit(&fact(4, Turn::Nothing)), Verdict::Drop);
        assert_eq!(progress.admit(&fact(6, Turn::Nothing)), SENT);
    }

    #[test]
    fn the_highest_attempt_wins_whether_its_start_or_its_piece_comes_first() {
        let generation = GenerationId::generate();
        let mut progress = Progress::default();
        assert_eq!(progress.admit(&chunk(generation, 1, 0)), SENT);
        assert_eq!(progress.admit(&fact(1, Turn::Began { generation, attempt: 2 })), SENT);
        assert_eq!(progress.admit(&chunk(generation, 1, 1)), Verdict::Drop);
        assert_eq!(progress.admit(&chunk(generation, 3, 0)), SENT);
        assert_eq!(progress.admit(&chunk(generation, 2, 0)), Verdict::Drop);
        assert_eq!(progress.admit(&fact(2, Turn::Began { generation, attempt: 2 })), Verdict::Drop);
    }

    #[test]
    fn nothing_of_a_generation_comes_after_its_end() {
        let (generation, next) = (GenerationId::generate(), GenerationId::generate());
        let mut progress = Progress::default();
        assert_eq!(progress.admit(&fact(1, Turn::Over { generation })), SENT);
        assert_eq!(progress.admit(&chunk(generation, 9, 0)), Verdict::Drop);
        assert_eq!(progress.admit(&fact(2, Turn::Over { generation })), Verdict::Drop);
        assert_eq!(progress.admit(&chunk(next, 1, 0)), SENT);
    }

    #[test]
    fn a_second_answer_begins_at_index_0_again() {
        let (first, second) = (GenerationId::generate(), GenerationId::generate());
        let mut progress = Progress::default();
        (0..945).for_each(|index| assert_eq!(progress.admit(&chunk(first, 1, index)), SENT));
        assert_eq!(progress.admit(&chunk(second, 1, 0)), SENT);
        assert_eq!(progress.admit(&chunk(first, 1, 944)), Verdict::Drop);
    }

    #[test]
    fn who_wants_whole_answers_hears_of_a_missing_beginning() {
        let generation = GenerationId::generate();
        let mut progress = Progress::whole_only();
        assert_eq!(progress.admit(&chunk(generation, 1, 7)), Verdict::Torso(generation));
        assert_eq!(progress.admit(&chunk(generation, 2, 0)), SENT);
        assert_eq!(progress.admit(&chunk(generation, 2, 1)), SENT);
    }

    #[test]
    fn old_generations_are_forgotten() {
        let mut progress = Progress::default();
        (0..1_000).for_each(|_| assert_eq!(progress.admit(&chunk(GenerationId::generate(), 1, 0)), SENT));
        assert_eq!(progress.runs.len(), REMEMBERED);
    }
}

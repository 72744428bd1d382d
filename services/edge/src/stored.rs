//! An answer that has left the topic, told again from what the store keeps of it: the same every time, and
//! without a model.

use bytes::Bytes;
use domain::session::{Answer, Event};
use domain::{FileChange, FileOp, GenerationId};
use events::Envelope;
use events::stream::Piece;
use tokio::time::sleep;

use crate::feed::{Feed, Mode};
use crate::frame::Frame;
use crate::item::{Body, Item};
use crate::refusal::Refusal;
use crate::{milestone, piece};

impl Feed {
    /// The whole answer, and then what happens next; a `reset` if the store does not have its end.
    pub(crate) async fn stored(&mut self, generation: GenerationId) -> Vec<Bytes> {
        // The place is taken before the question: what happens between the two is sent.
        let position = self.watch.partition.next();
        let events = self.kept(generation).await;
        let Some((envelope, end)) = events.last().filter(|(_, event)| answer(event).is_some()) else {
            return self.reset();
        };
        let Some(cursor) = self.place.cursor(position - 1) else { return self.reset() };
        let items: Vec<Item> =
            events.iter().filter_map(|(envelope, event)| milestone::item(&cursor, envelope, event)).collect();
        for item in &items {
            // Should the topic still bring one of these, it is dropped.
            if let Body::Milestone(_) = item.body {
                self.progress.admit(&item.body);
            }
        }
        metrics::counter!("atelier_edge_stored_answers_total").increment(1);
        tracing::debug!(sequence = envelope.sequence, "an answer is told again from the store");
        (self.position, self.mode, self.target) = (position, Mode::Live, None);
        told(&items, pieces(generation, end))
    }

    /// However long command stays away; nothing, if it does not know of it.
    async fn kept(&self, generation: GenerationId) -> Vec<(Envelope, Event)> {
        loop {
            match self.edge.sessions.replay(self.place.session, generation, &self.token).await {
                Ok(events) => return events,
                Err(Refusal::Unavailable) => sleep(self.edge.config.pause).await,
                Err(_) => return Vec::new(),
            }
        }
    }
}

/// Milestones in their order, the pieces before the last. Only the last frame has an id: whoever is cut off
/// before it begins again.
fn told(items: &[Item], pieces: Vec<Frame>) -> Vec<Bytes> {
    let Some((last, before)) = items.split_last() else { return Vec::new() };
    let before = before.iter().map(|item| item.frame.without_id());
    let pieces = pieces.iter().map(Frame::whole);
    before.chain(pieces).chain([last.frame.whole()]).collect()
}

/// What an attempt said, and which files it left, if this event ended a generation.
fn answer(event: &Event) -> Option<(i32, Option<&Answer>, &[FileChange])> {
    match event {
        Event::GenerationCompleted(e) => {
            Some((e.attempt, e.private.as_ref(), e.private_files.as_deref().unwrap_or_default()))
        }
        Event::GenerationFailed(e) => {
            Some((e.attempt, e.private.as_ref(), e.private_files.as_deref().unwrap_or_default()))
        }
        Event::GenerationCancelled(e) => {
            Some((e.attempt, e.private.as_ref(), e.private_files.as_deref().unwrap_or_default()))
        }
        _ => None,
    }
}

fn pieces(generation: GenerationId, end: &Event) -> Vec<Frame> {
    let Some((attempt, answer, changes)) = answer(end) else { return Vec::new() };
    let (reasoning, explanation) = answer.cloned().map(|said| (said.reasoning, said.explanation)).unwrap_or_default();
    let texts = [Piece::Reasoning { delta: reasoning }, Piece::Explanation { delta: explanation }];
    let texts = texts.into_iter().filter(|piece| !is_empty(piece));
    let files = changes.iter().flat_map(file);
    texts.chain(files).zip(0..).map(|(piece, index)| piece::alone(&generation, attempt, index, piece)).collect()
}

fn is_empty(piece: &Piece) -> bool {
    matches!(piece, Piece::Reasoning { delta } | Piece::Explanation { delta } if delta.is_empty())
}

/// As it was streamed: a new file's content first, and then that it is there.
fn file(change: &FileChange) -> Vec<Piece> {
    let FileChange { path, op, content, from, .. } = change.clone();
    match (op, content) {
        (FileOp::Create, Some(delta)) => vec![
            Piece::Code { path: path.clone(), delta, edit: false },
            Piece::File { path, op, from: None, content: None },
        ],
        (op, content) => vec![Piece::File { path, op, from, content }],
    }
}

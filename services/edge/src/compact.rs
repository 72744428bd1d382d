//! The past in fewer events: pieces that follow each other in one part become one.

use bytes::Bytes;

use crate::frame::Frame;
use crate::item::{Body, Chunk, Item, Text};
use crate::piece::{head, name, place};

/// An item that a connection sends. `before`: characters before it in its part, where that is known.
#[derive(Clone, Copy)]
pub struct Admitted<'a> {
    pub item: &'a Item,
    pub before: Option<u64>,
}

/// One block of the past. Where something was joined, only the last frame has an id: whoever is cut off
/// inside the block resumes before it.
pub fn compact(items: &[Admitted]) -> Vec<Bytes> {
    let mut frames: Vec<Frame> = items.chunk_by(follows).map(join).collect();
    if frames.len() == items.len() {
        return frames.iter().map(Frame::whole).collect();
    }
    let last = frames.pop();
    frames.iter().map(Frame::without_id).chain(last.map(|frame| frame.whole())).collect()
}

fn follows(left: &Admitted, right: &Admitted) -> bool {
    let (Some((before, text)), Some((after, more))) = (piece(left), piece(right)) else { return false };
    before.generation == after.generation
        && before.attempt == after.attempt
        && before.index + 1 == after.index
        && text.part == more.part
}

/// A piece that may be joined: without its offset a client could not cut what it has.
fn piece<'a>(admitted: &Admitted<'a>) -> Option<(&'a Chunk, &'a Text)> {
    admitted.before?;
    match &admitted.item.body {
        Body::Chunk(chunk) => chunk.text.as_ref().map(|text| (chunk, text)),
        Body::Milestone(_) => None,
    }
}

fn join(group: &[Admitted]) -> Frame {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let (Some((chunk, text)), true) = (piece(first), group.len() > 1) else { return first.item.frame.clone() };
    let delta: String = group.iter().filter_map(piece).map(|(_, text)| &*text.delta).collect();
    let mut data = head(&chunk.generation, chunk.attempt);
    data.insert("first_index".into(), chunk.index.into());
    data.insert("index".into(), (chunk.index + group.len() as i64 - 1).into());
    data.insert("offset".into(), first.before.into());
    place(&mut data, &text.part);
    data.insert("delta".into(), delta.into());
    Frame::with_id(last.item.frame.id(), name(text.part.kind), &data)
}

#[cfg(test)]
mod tests;

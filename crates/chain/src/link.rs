//! The hash chain over the published order: whoever changes an event, or their order, breaks it.

use ring::digest::{Context, SHA256};

/// What the first link hangs on.
pub const GENESIS: [u8; 32] = [0; 32];

/// One event's place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// 1, 2, 3 …; 0 before the first.
    pub position: i64,
    pub hash: [u8; 32],
}

impl Link {
    /// SHA-256 of the hash before, the position (8 bytes, big endian), the event's id as text, and its digest.
    #[must_use]
    pub fn next(&self, event_id: &str, digest: &[u8; 32]) -> Self {
        let position = self.position + 1;
        let mut context = Context::new(&SHA256);
        context.update(&self.hash);
        context.update(&position.to_be_bytes());
        context.update(event_id.as_bytes());
        context.update(digest);
        let mut hash = GENESIS;
        hash.copy_from_slice(context.finish().as_ref());
        Self { position, hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Link = Link { position: 0, hash: GENESIS };

    #[test]
    fn positions_are_dense_and_every_part_counts() {
        let link = START.next("evt_1", &[1; 32]);
        assert_eq!(link.position, 1);
        assert_ne!(link.hash, START.next("evt_2", &[1; 32]).hash);
        assert_ne!(link.hash, START.next("evt_1", &[2; 32]).hash);
        assert_ne!(link.hash, Link { position: 1, ..START }.next("evt_1", &[1; 32]).hash);
        assert_ne!(link.hash, Link { hash: [1; 32], ..START }.next("evt_1", &[1; 32]).hash);
    }
}

//! Sets of events in a few bytes: a count and a sum of digests for each range of positions.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{Context, SHA256};

/// Positions of one range.
pub const RANGE: i64 = 4_096;

/// One event as a topic should have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub event_id: String,
    /// Without the prefix.
    pub topic: String,
    pub key: String,
    pub digest: [u8; 32],
}

/// The ranges of one side. In which order they were filled makes no difference.
#[derive(Default)]
pub struct Tally(BTreeMap<i64, (i64, [u64; 4])>);

impl Tally {
    pub fn add(&mut self, position: i64, copy: &Copy) {
        let mut context = Context::new(&SHA256);
        context.update(&position.to_be_bytes());
        for text in [&copy.event_id, &copy.topic, &copy.key] {
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
        context.update(&copy.digest);
        let hash = context.finish();
        let (count, sum) = self.0.entry(position / RANGE).or_default();
        *count += 1;
        for (part, bytes) in sum.iter_mut().zip(hash.as_ref().as_chunks::<8>().0) {
            *part = part.wrapping_add(u64::from_be_bytes(*bytes));
        }
    }

    pub fn count(&self) -> i64 {
        self.0.values().map(|(count, _)| count).sum()
    }

    /// The ranges that are not the same in both.
    pub fn differing(&self, other: &Self) -> BTreeSet<i64> {
        let ranges = self.0.keys().chain(other.0.keys());
        ranges.filter(|range| self.0.get(range) != other.0.get(range)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(event_id: &str) -> Copy {
        Copy { event_id: event_id.into(), topic: "sessions".into(), key: "ses_1".into(), digest: [1; 32] }
    }

    #[test]
    fn the_order_does_not_matter_and_everything_else_does() {
        let (mut one, mut two) = (Tally::default(), Tally::default());
        one.add(1, &copy("a"));
        one.add(2, &copy("b"));
        two.add(2, &copy("b"));
        two.add(1, &copy("a"));
        assert!(one.differing(&two).is_empty());
        for changed in [
            Copy { digest: [2; 32], ..copy("c") },
            Copy { topic: "users".into(), ..copy("c") },
            Copy { key: "ses_2".into(), ..copy("c") },
            copy("d"),
        ] {
            let (mut left, mut right) = (Tally::default(), Tally::default());
            left.add(RANGE + 1, &copy("c"));
            right.add(RANGE + 1, &changed);
            assert_eq!(left.differing(&right), [1].into(), "{changed:?}");
        }
    }

    #[test]
    fn an_event_that_comes_twice_is_noticed() {
        let (mut one, mut two) = (Tally::default(), Tally::default());
        one.add(1, &copy("a"));
        two.add(1, &copy("a"));
        two.add(1, &copy("a"));
        assert_eq!(one.differing(&two), [0].into());
    }
}

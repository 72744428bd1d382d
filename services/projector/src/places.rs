//! Where we stand in each partition that is ours.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::group::Change;

/// One partition that we fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The next offset to fold.
    pub next: i64,
    /// The highest position folded.
    pub last_position: i64,
    /// Ours among its owners; only the last owner writes.
    pub epoch: i64,
    /// Keys with a parked record: what comes after it waits behind it.
    pub parked: HashSet<Vec<u8>>,
    /// Where the partition ended when we took it.
    pub goal: i64,
}

/// The partitions that the group gave us.
#[derive(Debug)]
pub(crate) struct Places {
    held: BTreeMap<i32, Place>,
    /// Ours, but their places are still to be read from Postgres.
    wanted: BTreeSet<i32>,
    /// Offsets right before which records did not come.
    gaps: BTreeMap<i32, i64>,
    /// Whether the group has spoken yet.
    joined: bool,
    retry_at: Instant,
    pause: Pause,
}

/// Pauses that double while nothing succeeds.
#[derive(Debug)]
struct Pause {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Places {
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        let pause = Pause { first, most, next: first };
        Self {
            held: BTreeMap::new(),
            wanted: BTreeSet::new(),
            gaps: BTreeMap::new(),
            joined: false,
            retry_at: Instant::now(),
            pause,
        }
    }

    pub(crate) fn follow(&mut self, change: Change) {
        self.held.clear();
        self.gaps.clear();
        self.wanted = match change {
            Change::Assigned(partitions) => {
                self.joined = true;
                partitions.into_iter().collect()
            }
            Change::Revoked => BTreeSet::new(),
        };
        self.retry_at = Instant::now();
    }

    /// Returns when the wanted partitions should be taken (again); never, if none is wanted.
    pub(crate) async fn due(&self) {
        if self.wanted.is_empty() {
            std::future::pending::<()>().await;
        }
        sleep_until(self.retry_at).await;
    }

    pub(crate) fn wanted(&self) -> Vec<i32> {
        self.wanted.iter().copied().collect()
    }

    /// They are ours, and read.
    pub(crate) fn took(&mut self, places: BTreeMap<i32, Place>) {
        self.wanted.retain(|partition| !places.contains_key(partition));
        self.held.extend(places);
    }

    /// Something failed: what is wanted is tried again after a pause.
    pub(crate) fn pause(&mut self) {
        self.retry_at = Instant::now() + self.pause.next;
        self.pause.next = (self.pause.next * 2).min(self.pause.most);
    }

    /// Their places must be read again.
    pub(crate) fn lose(&mut self, partitions: impl IntoIterator<Item = i32>) {
        for partition in partitions {
            if self.held.remove(&partition).is_some() {
                self.wanted.insert(partition);
            }
        }
    }

    pub(crate) fn get(&self, partition: i32) -> Option<&Place> {
        self.held.get(&partition)
    }

    pub(crate) fn held(&self) -> impl Iterator<Item = (i32, &Place)> {
        self.held.iter().map(|(partition, place)| (*partition, place))
    }

    /// A transaction has moved these places.
    pub(crate) fn moved(&mut self, places: BTreeMap<i32, Place>) {
        self.pause.next = self.pause.first;
        self.gaps.retain(|partition, _| !places.contains_key(partition));
        self.held.extend(places);
    }

    /// Nothing of this key waits any more.
    pub(crate) fn unpark(&mut self, partition: i32, key: &[u8]) {
        if let Some(place) = self.held.get_mut(&partition) {
            place.parked.remove(key);
        }
    }

    /// The records right before `offset` did not come.
    pub(crate) fn note_gap(&mut self, partition: i32, offset: i64) {
        self.gaps.insert(partition, offset);
    }

    /// Whether they did not come before either: then they are not there.
    pub(crate) fn is_known_gap(&self, partition: i32, offset: i64) -> bool {
        self.gaps.get(&partition) == Some(&offset)
    }

    /// All that was there when we took the partitions is folded.
    pub(crate) fn caught_up(&self) -> bool {
        self.joined && self.wanted.is_empty() && self.held.values().all(|place| place.next >= place.goal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(next: i64, goal: i64) -> Place {
        Place { next, last_position: 0, epoch: 1, parked: HashSet::new(), goal }
    }

    fn assigned(partitions: &[i32]) -> Places {
        let mut places = Places::new(Duration::from_millis(1), Duration::from_millis(4));
        places.follow(Change::Assigned(partitions.to_vec()));
        places
    }

    #[test]
    fn caught_up_means_every_partition_has_reached_its_goal() {
        let mut places = Places::new(Duration::ZERO, Duration::ZERO);
        assert!(!places.caught_up(), "the group has not spoken");
        places.follow(Change::Assigned(vec![0, 1]));
        places.took(BTreeMap::from([(0, place(5, 5)), (1, place(3, 4))]));
        assert!(!places.caught_up());
        places.moved(BTreeMap::from([(1, place(4, 4))]));
        assert!(places.caught_up());
    }

    #[test]
    fn with_nothing_assigned_there_is_nothing_to_catch_up() {
        assert!(assigned(&[]).caught_up());
    }

    #[test]
    fn a_lost_partition_is_wanted_again_until_it_is_revoked() {
        let mut places = assigned(&[0, 1]);
        places.took(BTreeMap::from([(0, place(5, 5)), (1, place(3, 4))]));
        places.lose([1, 7]);
        assert_eq!(places.wanted(), [1]);
        places.follow(Change::Revoked);
        assert!(places.wanted().is_empty() && places.get(0).is_none());
    }

    #[test]
    fn a_gap_is_known_until_the_partition_has_moved_on() {
        let mut places = assigned(&[0]);
        places.note_gap(0, 9);
        places.lose([0]);
        assert!(places.is_known_gap(0, 9) && !places.is_known_gap(0, 8));
        places.moved(BTreeMap::from([(0, place(10, 5))]));
        assert!(!places.is_known_gap(0, 9));
    }
}

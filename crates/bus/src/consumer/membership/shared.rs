//! What the fetching task, the rebalance callback and the caller all see.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::consumer::Assignment;
use crate::consumer::ledger::Ledger;
use crate::{ConsumerConfig, Error, Partition, Record};

pub struct Shared {
    ledger: Mutex<Ledger>,
    failure: Mutex<Option<Error>>,
    news: Notify,
    room: Notify,
    assignment: watch::Sender<Assignment>,
    most_unfinished: usize,
    most_in_hand: usize,
}

impl Shared {
    pub fn new(config: &ConsumerConfig) -> Self {
        Self {
            ledger: Mutex::default(),
            failure: Mutex::default(),
            news: Notify::new(),
            room: Notify::new(),
            assignment: watch::Sender::default(),
            most_unfinished: config.in_hand.max(1),
            most_in_hand: config.window.max(1),
        }
    }

    /// Ends when there may be something to take, or a failure to tell.
    pub async fn changed(&self) {
        self.news.notified().await;
    }

    /// Ends when there may be room for more.
    pub async fn room(&self) {
        self.room.notified().await;
    }

    pub fn assignment(&self) -> watch::Receiver<Assignment> {
        self.assignment.subscribe()
    }

    /// Takes in a record; `true`: that is enough for now.
    pub fn arrive(&self, record: Record) -> bool {
        let mut ledger = self.ledger();
        ledger.arrive(record);
        self.news.notify_one();
        ledger.unfinished() >= self.most_unfinished || ledger.in_hand() >= self.most_in_hand
    }

    pub fn take(&self) -> Result<Option<Record>, Error> {
        match lock(&self.failure).clone() {
            Some(failure) => Err(failure),
            None => Ok(self.ledger().take()),
        }
    }

    /// Stores under the lock: a partition cannot be taken away and given back in between, so an old
    /// offset never overwrites a newer owner's.
    pub fn finish(&self, record: &Record, store: impl FnOnce(i64)) {
        let mut ledger = self.ledger();
        if let Some(offset) = ledger.finish(record) {
            store(offset);
        }
        self.news.notify_one();
        // Half empty: pausing and resuming throws fetched records away, so it should be rare.
        if ledger.unfinished() <= self.most_unfinished / 2 && ledger.in_hand() <= self.most_in_hand / 2 {
            self.room.notify_one();
        }
    }

    pub fn is_ours(&self, record: &Record) -> bool {
        self.ledger().is_ours(record)
    }

    pub fn fail(&self, cause: &str) {
        *lock(&self.failure) = Some(Error::Fatal(cause.to_owned()));
        self.news.notify_one();
    }

    pub fn given(&self, partitions: Vec<Partition>) {
        let mut ledger = self.ledger();
        partitions.iter().for_each(|partition| ledger.assign(partition.clone()));
        drop(ledger);
        self.assignment.send_modify(|assignment| {
            assignment.partitions.extend(partitions);
            assignment.changes += 1;
        });
    }

    /// `lost`: without notice, so others may have had them for a while.
    pub fn taken(&self, partitions: &[Partition], lost: bool) {
        let mut ledger = self.ledger();
        partitions.iter().for_each(|partition| ledger.revoke(partition));
        drop(ledger);
        self.room.notify_one();
        self.assignment.send_modify(|assignment| {
            assignment.partitions.retain(|partition| !partitions.contains(partition));
            assignment.changes += 1;
            assignment.losses += u64::from(lost);
        });
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }
}

/// A panic elsewhere does not make the account wrong: every change of it is complete before it can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

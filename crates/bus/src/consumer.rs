//! Work from topics, shared among the members of a group: nothing is skipped, and one key's order is kept.

mod assignment;
mod ledger;
mod membership;
mod retries;
mod work;

use std::fmt::Display;
use std::sync::Arc;

use tokio::sync::watch;

use crate::{Config, ConsumerConfig, Error, Producer};
pub use assignment::Assignment;
use membership::Membership;
use retries::Retries;
pub use work::Work;

/// A member of a consumer group that hands out work and keeps account of it.
///
/// Any number of pieces may be out at once and end in any order, but of one key only one at a time: the
/// next follows when it is finished or parked. What is committed stays below the oldest unfinished
/// piece, so a crash repeats work and never skips any.
///
/// Staying in the group is done in the background, however long a piece takes. When a partition is taken
/// away, its waiting pieces are forgotten (their new owner gets them), and pieces that are out may be
/// finished: the new owner gets them too, as repeats.
pub struct Consumer {
    membership: Membership,
    retries: Retries,
    letters: Producer,
    config: ConsumerConfig,
    stopped: bool,
}

impl Consumer {
    /// Joins `group` (our prefix is put before it) for these topics, by their full names. A group that has
    /// never committed begins with the oldest records. `letters` carries what is parked.
    pub fn join(config: &Config, group: &str, topics: &[&str], letters: Producer) -> Result<Self, Error> {
        Ok(Self {
            membership: Membership::begin(config, group, topics)?,
            retries: Retries::default(),
            letters,
            config: config.consumer.clone(),
            stopped: false,
        })
    }

    /// The next piece of work; waits for one. May be dropped and called again.
    pub async fn next(&mut self) -> Result<Work, Error> {
        loop {
            if self.stopped {
                return Err(Error::Stopped);
            }
            let news = Arc::clone(self.membership.shared());
            if let Some(work) = self.ready()? {
                return Ok(work);
            }
            tokio::select! {
                () = news.changed() => {}
                () = self.retries.due() => {}
            }
        }
    }

    /// This piece is done with. Its offset is committed once all before it are done too.
    pub fn finished(&mut self, work: Work) {
        self.membership.finish(&work.record);
        drop(work);
    }

    /// This piece failed for a passing reason: it comes again after a pause that doubles from try to try.
    /// After the last try it is parked.
    pub async fn again(&mut self, work: Work, cause: &impl Display) -> Result<(), Error> {
        if work.tries >= self.config.tries {
            return self.park(work, cause).await;
        }
        let pause = self.config.retry_first.saturating_mul(1 << (work.tries - 1).min(20));
        self.retries.put(work, pause.min(self.config.retry_longest));
        Ok(())
    }

    /// This piece can never succeed: it goes to its topic's dead letters with the reason, and is done with.
    /// `cause` is readable by whoever may read dead letters: it must not hold secrets.
    ///
    /// If the dead letter cannot be written, the piece stays unfinished and comes again.
    pub async fn park(&mut self, work: Work, cause: &impl Display) -> Result<(), Error> {
        let parked = async { self.letters.send(work.dead_letter(&cause.to_string())).await?.await };
        match parked.await {
            Ok(placed) => {
                tracing::error!(
                    topic = work.topic(), partition = work.partition.number, offset = work.offset,
                    dead_letter = placed.offset, %cause, "parked a record that cannot be processed"
                );
                self.finished(work);
                Ok(())
            }
            Err(error) => {
                self.retries.put(work, self.config.retry_longest);
                Err(error)
            }
        }
    }

    /// Which partitions are ours, as that changes.
    pub fn assignment(&self) -> watch::Receiver<Assignment> {
        self.membership.shared().assignment()
    }

    /// Hands out nothing more: `next` says [`Error::Stopped`]. Membership goes on, so that work that is out
    /// can be finished and committed.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Commits what is finished and leaves the group, so that others take over at once.
    pub async fn close(self) -> Result<(), Error> {
        self.membership.end(self.config.close_timeout).await
    }

    fn ready(&mut self) -> Result<Option<Work>, Error> {
        while let Some(work) = self.retries.take_due() {
            if self.membership.shared().is_ours(&work.record) {
                return Ok(Some(Work { tries: work.tries + 1, ..work }));
            }
            self.membership.finish(&work.record);
        }
        Ok(self.membership.shared().take()?.map(Work::first))
    }
}

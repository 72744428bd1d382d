//! Where the walk ends: which side was changed, and which event is meant.

use chain::{GENESIS, Link};
use uuid::Uuid;

use super::Walk;
use super::found::Found;
use crate::verify::check;
use crate::verify::source::Entry;
use crate::{Error, Wrong};

impl Walk {
    pub(super) fn row_missing(&self, entry: &Entry) -> Found {
        match self.made_over(|link| link.hash == entry.chain_hash.as_slice()) {
            Some(event) => Found::new(entry, Wrong::ChangedLog, named_other(event)),
            None => Found::new(entry, Wrong::MissingRow, "the log has this event and the store has not".to_owned()),
        }
    }

    /// The hash differs from what row and log come to. Which of them was changed, the next link tells: it was
    /// made over the hash as it was.
    pub(super) async fn chain_broken(&mut self, entry: &Entry, computed: &Link) -> Result<Found, Error> {
        if let Some(event) = self.made_over(|link| link.hash == entry.chain_hash.as_slice()) {
            return Ok(Found::new(entry, Wrong::ChangedLog, named_other(event)));
        }
        let stored = Link { position: entry.position, hash: entry.chain_hash.clone().try_into().unwrap_or(GENESIS) };
        if self.is_followed(computed).await? {
            return Ok(Found::new(
                entry,
                Wrong::ChangedLog,
                "its chain hash was changed; what follows fits the row".into(),
            ));
        }
        if self.is_followed(&stored).await? {
            let detail = "it was altered together with its digest: the chain was made over another one";
            return Ok(Found::new(entry, Wrong::AlteredRow, detail.to_owned()));
        }
        let detail = "the chain does not fit from here on: this event, or the log from here on, was rewritten";
        Ok(Found::new(entry, Wrong::ChangedLog, detail.to_owned()))
    }

    /// Whether the log goes on from this link; where it ends there, whether the relay or a root has seen it.
    async fn is_followed(&mut self, link: &Link) -> Result<bool, Error> {
        let Some(next) = self.log.peek().await? else {
            let is_relays = self.reached.position == link.position && self.reached.chain_hash == link.hash;
            return Ok(is_relays || self.roots.confirms(link.position, &link.hash));
        };
        let Some(event) = check::id(&next.event_id) else { return Ok(false) };
        let row = self.rows.take(event).await?;
        Ok(row.is_some_and(|row| {
            let follows = link.next(&next.event_id, &row.digest).hash == next.chain_hash.as_slice();
            self.rows.put_back(row);
            follows
        }))
    }

    pub(super) async fn position_missing(&mut self, entry: &Entry) -> Result<Found, Error> {
        let missing = self.link.position + 1;
        let next = match check::id(&entry.event_id) {
            Some(event) => self.rows.take(event).await?,
            None => None,
        };
        let follows = |link: &Link| {
            let digest = next.as_ref().map_or([0; 32], |row| row.digest);
            link.position + 1 == entry.position
                && link.next(&entry.event_id, &digest).hash == entry.chain_hash.as_slice()
        };
        let event = self.made_over(follows);
        let detail = match event {
            Some(_) => "it was taken out of the log; the chain was made over this event".to_owned(),
            None => format!("the log goes on at {}", entry.position),
        };
        Ok(Found { position: missing, event, wrong: Wrong::MissingPosition, detail })
    }

    /// The event, of those that no position has named so far, whose link here is the one that is looked for.
    fn made_over(&self, is_it: impl Fn(&Link) -> bool) -> Option<Uuid> {
        let event =
            self.rows.unclaimed().find(|row| is_it(&self.link.next(&format!("evt_{}", row.event), &row.digest)));
        event.map(|row| row.event)
    }
}

fn named_other(event: Uuid) -> String {
    format!("the log names this event here, and the chain was made over evt_{event}")
}

//! What becomes of a session whose person was erased.

use crate::{Rejection, UserId};

use super::{Decision, cancellation, never_started, stopped};
use crate::session::event::SessionErased;
use crate::session::state::{Phase, Session};

impl Session {
    /// Nobody waits for what runs: its worker is told to stop, and what it says after this is refused.
    pub(super) fn erase_person(&self, person: UserId, to: Option<UserId>) -> Decision {
        let identity = self.identity.ok_or(Rejection::NotFound("session"))?;
        if self.erased || identity.owner != person {
            return Ok(vec![]);
        }
        let waiting = self.queue.iter().map(|queued| never_started(identity, queued.generation_id));
        let running = self.running.iter().flat_map(|running| {
            let stop = matches!(running.phase, Phase::Started { .. }).then(|| cancellation(identity, running, person));
            stop.into_iter().chain([stopped(identity, running)])
        });
        let to = to.filter(|_| !self.deleted);
        let erased = SessionErased { session_id: identity.session_id, person, to }.into();
        Ok(waiting.chain(running).chain([erased]).collect())
    }
}

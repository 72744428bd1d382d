//! The session itself: opened, renamed, deleted.

use crate::{Rejection, UserId};

use super::{Decision, cancellation, never_started, stopped, within};
use crate::session::MAX_TITLE;
use crate::session::event::{Event, SessionDeleted, SessionOpened, SessionRenamed, Title, TitleChange};
use crate::session::state::{Identity, Phase, Session};

impl Session {
    pub(super) fn open(&self, identity: Identity, title: String) -> Decision {
        match self.identity {
            Some(existing) if existing == identity => return Ok(vec![]),
            Some(_) => return Err(Rejection::AlreadyExists),
            None => {}
        }
        within(&title, MAX_TITLE)?;
        let Identity { session_id, project_id, owner } = identity;
        Ok(vec![SessionOpened { session_id, project_id, owner, private: Some(Title { title }) }.into()])
    }

    pub(super) fn rename(&self, by: UserId, title: String) -> Decision {
        let session_id = self.require_owner(by)?.session_id;
        if title.trim().is_empty() {
            return Err(Rejection::Required("title"));
        }
        within(&title, MAX_TITLE)?;
        if title == self.title {
            return Ok(vec![]);
        }
        let change = TitleChange { old: self.title.clone(), new: title };
        Ok(vec![SessionRenamed { session_id, private: Some(change) }.into()])
    }

    pub(super) fn delete(&self, by: UserId) -> Decision {
        match self.identity {
            Some(identity) if identity.owner != by => Err(Rejection::NotYours),
            Some(_) if self.deleted => Ok(vec![]),
            Some(identity) => Ok(self.stop_everything(by, identity)),
            None => Err(Rejection::NotFound("session")),
        }
    }

    /// A deleted session answers nobody: what waits is cancelled, what runs is told to stop.
    fn stop_everything(&self, by: UserId, identity: Identity) -> Vec<Event> {
        let session_id = identity.session_id;
        let waiting = self.queue.iter().map(|queued| never_started(identity, queued.generation_id));
        let running = self.running.iter().filter_map(|running| match running.phase {
            Phase::Requested => Some(stopped(identity, running)),
            Phase::Started { .. } => Some(cancellation(identity, running, by)),
            Phase::Cancelling { .. } => None,
        });
        waiting.chain(running).chain([SessionDeleted { session_id }.into()]).collect()
    }
}

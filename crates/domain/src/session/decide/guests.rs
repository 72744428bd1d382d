//! Those with whom the project is shared: an editor may what the owner may, except to delete.

use chrono::{DateTime, Utc};

use super::Decision;
use crate::session::command::Command;
use crate::session::state::{Identity, Session};
use crate::{Aggregate, ProjectRole, Rejection};

impl Session {
    pub(super) fn as_guest(&self, role: ProjectRole, command: Command, now: DateTime<Utc>) -> Decision {
        let identity = self.live()?;
        let by = command.by().ok_or(Rejection::NotYours)?;
        if !role.works() {
            return Err(Rejection::NotAllowed(
                "this project is shared with you to read: ask its owner to make you an editor",
            ));
        }
        if matches!(command, Command::Delete { .. }) && role != ProjectRole::Owner {
            return Err(Rejection::NotAllowed("it takes the owner of the project"));
        }
        // From here on it is decided as it is for the owner; the events name who asked.
        let theirs = Self { identity: Some(Identity { owner: by, ..identity }), ..self.clone() };
        theirs.decide(command, now)
    }
}

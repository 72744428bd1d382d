//! Sign-ins that are known here, and what hangs on each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::FamilyId;
use rpc::identity::Standing;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::Inner;

/// One sign-in that is known here: how to end what hangs on it, and how to ask whether it still is.
#[derive(Clone)]
pub(super) struct Family {
    pub revoked: CancellationToken,
    pub changed: CancellationToken,
    pub access_token: Arc<SecretString>,
    pub standing: Standing,
}

/// Longer than an access token lives, so that a stream that hangs on one hears of its end.
pub(super) const FAMILY_TERM: Duration = Duration::from_mins(16);

impl Inner {
    /// All tokens of a family end together.
    pub(super) fn join(&self, family: FamilyId, access_token: &str, standing: &Standing) -> Family {
        let known = self.families.get(&family);
        let (revoked, changed) = known.map(|known| (known.revoked, known.changed)).unwrap_or_default();
        let changed = if changed.is_cancelled() { CancellationToken::new() } else { changed };
        let (access_token, standing) = (Arc::new(SecretString::from(access_token)), standing.clone());
        let joined = Family { revoked, changed, access_token, standing };
        self.families.insert(family, joined.clone());
        joined
    }

    pub(super) fn has_changed_since(&self, family: FamilyId, learned: Instant) -> bool {
        self.changed.get(&family).is_some_and(|since| learned <= since)
    }

    /// What is remembered of them is not true any more, and what goes on for them asks anew.
    pub(super) fn change(&self, family: FamilyId) {
        self.changed.insert(family, Instant::now());
        if let Some(known) = self.families.get(&family) {
            known.changed.cancel();
        }
    }

    pub(super) fn end(&self, family: FamilyId) {
        self.over.insert(family, ());
        if let Some(known) = self.families.remove(&family) {
            known.revoked.cancel();
        }
    }

    pub(super) fn forget_all(&self) {
        let families: Vec<_> = self.families.iter().map(|(family, known)| (*family, known)).collect();
        for (family, known) in families {
            known.revoked.cancel();
            self.families.invalidate(&family);
        }
        self.known.invalidate_all();
    }
}

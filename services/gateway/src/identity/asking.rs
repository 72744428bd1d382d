//! Who somebody is, from who knows: another gateway that has asked, or auth.

use std::sync::Arc;
use std::time::Instant;

use auth::FamilyId;
use chrono::DateTime;
use futures::StreamExt;
use rpc::auth::v1::{ExchangeRequest, ExchangeResponse};
use secrecy::ExposeSecret;
use tonic::{Code, Status};

use super::families::Family;
use super::{Identity, Inner, refused};

/// Questions to auth at once while revocations are not heard.
const QUESTIONS: usize = 16;

impl Inner {
    pub(super) async fn ask(&self, access_token: &str) -> Result<Arc<Identity>, Status> {
        // Before the question: what changes while it is on its way may not be in the answer.
        let learned = Instant::now();
        // While news do not reach us, others may be as deaf: then only auth knows.
        let shared = self.shared.as_ref().filter(|_| self.revocations.complete());
        if let Some(shared) = shared
            && let Some(answer) = shared.recall(access_token).await
            && let Ok(identity) = self.identify(access_token, &answer, learned).await
        {
            return Ok(identity);
        }
        let request = ExchangeRequest { access_token: access_token.to_owned() };
        let answer = self.auth.exchange(request, "").await?;
        let identity = self.identify(access_token, &answer, learned).await?;
        if let Some(shared) = shared {
            shared.remember(access_token, &answer, learned).await;
        }
        Ok(identity)
    }

    async fn identify(
        &self,
        access_token: &str,
        answer: &ExchangeResponse,
        learned: Instant,
    ) -> Result<Arc<Identity>, Status> {
        // Who it is comes from what is signed, not from what is said beside it.
        let internal_token = answer.internal_token.clone();
        let claims = self.verifier.verify(&internal_token).await.map_err(unverifiable)?;
        let kid = self.verifier.key_of(&internal_token).ok_or_else(refused)?;
        let (user, tenant) = claims.require_person()?;
        let family: FamilyId = claims.family.as_deref().unwrap_or_default().parse().map_err(|_| refused())?;
        let expires_at = DateTime::from_timestamp(answer.access_expires_at, 0).ok_or_else(refused)?;
        let standing = claims.standing;
        let Family { revoked, changed, .. } = self.join(family, access_token, &standing);
        if self.over.contains_key(&family) {
            return Err(refused());
        }
        if self.has_changed_since(family, learned) {
            changed.cancel();
        }
        let internal_token = internal_token.into();
        let identity =
            Identity { user, tenant, standing, family, internal_token, expires_at, revoked, changed, learned, kid };
        Ok(Arc::new(identity))
    }

    /// While nobody tells us what is revoked, we ask for everyone who is here.
    pub(super) async fn ask_again(&self) {
        let families: Vec<_> = self.families.iter().map(|(family, known)| (*family, known)).collect();
        let asking = futures::stream::iter(families).for_each_concurrent(QUESTIONS, |(family, known)| async move {
            let request = ExchangeRequest { access_token: known.access_token.expose_secret().to_owned() };
            match self.auth.exchange(request, "").await {
                Err(status) if status.code() == Code::Unauthenticated => self.end(family),
                Err(_) => {}
                Ok(answer) => {
                    let claims = self.verifier.verify(&answer.internal_token).await;
                    if claims.is_ok_and(|claims| claims.standing != known.standing) {
                        self.change(family);
                    }
                }
            }
        });
        asking.await;
    }
}

/// Auth says who it is, and we cannot check it: that is our trouble, not theirs.
fn unverifiable(status: Status) -> Status {
    if status.code() == Code::Unauthenticated {
        tracing::error!("what auth signs does not verify here: do the clocks differ by more than a minute?");
    }
    rpc::fault(Code::Unavailable, "unavailable", "who is asking cannot be checked now")
}

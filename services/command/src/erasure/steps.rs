//! What is done for one person. Each step may be done again.

use domain::{Project, Session, UserId, project, session};
use rpc::auth::v1::ForgetUserRequest;
use serde_json::json;
use store::Owned;

use super::run::Case;
use super::{Eraser, Error};
use crate::call;

/// A step's names in the table of erasures.
pub const AUTH: &str = "auth";
pub const KEYS: &str = "keys";
pub const PROJECTS: &str = "projects";
pub const SESSIONS: &str = "sessions";
pub const STORE: &str = "store";

impl Eraser {
    pub(super) async fn forget_sign_ins(&self, case: Case) -> Result<(), Error> {
        let request = ForgetUserRequest { user_id: case.person.to_string() };
        let gone = self.auth.forget_user(request, &self.token.get().await?).await?;
        let outcome = json!({
            "credentials": gone.credentials, "sign_ins": gone.families, "tokens": gone.tokens,
            "factors": gone.factors, "identities": gone.identities,
        });
        self.note_once(case, AUTH, outcome).await
    }

    /// From here on nothing the person wrote can be opened by anyone.
    pub(super) async fn destroy_key(&self, case: Case) -> Result<(), Error> {
        let destroyed = self.store.keys().destroy(&case.person.to_string()).await?;
        self.note_once(case, KEYS, json!({ "destroyed": destroyed })).await
    }

    pub(super) async fn hand_over_projects(&self, case: Case, ids: &[String]) -> Result<(), Error> {
        let (mut transferred, mut erased, mut others) = (Vec::new(), Vec::new(), 0);
        for id in ids {
            let command = project::Command::EraseOwner { owner: case.person, to: case.heir };
            let done = self.store.execute::<Project>(&by_eraser(case), id, command, |_| json!(null)).await?;
            match done.state {
                Project::Erased { .. } => {
                    self.store.keys().destroy(id).await?;
                    erased.push(id);
                }
                Project::Live { owner, .. } if Some(owner) == case.heir => transferred.push(id),
                // Theirs once, and given away long before.
                Project::Unknown | Project::Live { .. } | Project::Deleted { .. } => others += 1,
            }
        }
        let outcome = json!({ "transferred": transferred, "erased": erased, "not_theirs_any_more": others });
        Ok(self.store.note_step(case.person, PROJECTS, &outcome).await?)
    }

    pub(super) async fn erase_sessions(&self, case: Case, ids: &[String]) -> Result<(), Error> {
        let (mut handed_over, mut erased) = (0, 0);
        for id in ids {
            let to = self.heir_of(case, id).await?;
            let command = session::Command::ErasePerson { person: case.person, to };
            let done = self.store.execute::<Session>(&by_eraser(case), id, command, |_| json!(null)).await?;
            if done.state.erased { erased += 1 } else { handed_over += 1 }
        }
        let outcome = json!({ "handed_over": handed_over, "erased": erased });
        Ok(self.store.note_step(case.person, SESSIONS, &outcome).await?)
    }

    /// A conversation stays with its project, where somebody else has that.
    async fn heir_of(&self, case: Case, session: &str) -> Result<Option<UserId>, Error> {
        let session = self.store.load::<Session>(case.tenant, session).await?.state;
        let Some(identity) = session.identity else { return Ok(None) };
        let project = self.store.load::<Project>(case.tenant, &identity.project_id.to_string()).await?.state;
        Ok(project.owner().filter(|owner| project.is_live() && *owner != case.person))
    }

    pub(super) async fn forget_copies(&self, case: Case, owned: &Owned) -> Result<(), Error> {
        let (answers, snapshots) = self.store.forget_person(case.tenant, case.person, owned).await?;
        self.note_once(case, STORE, json!({ "idempotency_answers": answers, "snapshots": snapshots })).await
    }

    /// A repeated step finds less: what the first one found is what counts.
    async fn note_once(&self, case: Case, step: &str, outcome: serde_json::Value) -> Result<(), Error> {
        let erasure = self.store.erasure(case.person).await?.ok_or(Error::NotErased(case.person))?;
        if erasure.steps.is_some_and(|steps| steps.get(step).is_some()) {
            return Ok(());
        }
        Ok(self.store.note_step(case.person, step, &outcome).await?)
    }
}

fn by_eraser(case: Case) -> store::Call {
    call::by_service(case.tenant, "erasure", &case.person.to_string())
}

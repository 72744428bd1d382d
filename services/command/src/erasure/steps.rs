//! What is done for one person. Each step may be done again.

use domain::{KeyHolder, Project, Role, Session, Tenant, TenantId, UserId, project, session, tenant};
use rpc::auth::v1::{ForgetTenantRequest, ForgetUserRequest};
use serde_json::json;
use store::Owned;

use super::run::Case;
use super::{Eraser, Error};
use crate::call;

/// A step's names in the table of erasures.
pub const AUTH: &str = "auth";
pub const KEYS: &str = "keys";
pub const TENANTS: &str = "tenants";
pub const SHARED: &str = "shared";
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

    /// They are no member of anything any more. An organisation without members goes with its key, and so does
    /// the address that they were invited at.
    pub(super) async fn leave_tenants(&self, case: Case) -> Result<(), Error> {
        let (mut left, mut erased) = (0, 0);
        for id in self.store.ever_belonged(case.person).await? {
            let (call, command) = (by_eraser(case, id), tenant::Command::EraseMember { user: case.person });
            let done = self.store.execute::<Tenant>(&call, &id.to_string(), command, |_| json!(null)).await?;
            let followed = done.state.closed_invites.iter().filter(|(_, by)| **by == Some(case.person));
            for (invite, _) in followed {
                self.store.keys().destroy(&KeyHolder::Invite(*invite).to_string()).await?;
            }
            if done.state.erased {
                for invite in done.state.invites.keys() {
                    self.store.keys().destroy(&KeyHolder::Invite(*invite).to_string()).await?;
                }
                self.store.keys().destroy(&KeyHolder::Tenant(id).to_string()).await?;
                let request = ForgetTenantRequest { tenant_id: id.to_string() };
                self.auth.forget_tenant(request, &self.token.get().await?).await?;
                erased += 1;
            } else {
                left += 1;
            }
        }
        self.note_once(case, TENANTS, json!({ "left": left, "erased": erased })).await
    }

    /// What others shared with them is not shared any more. What they wrote there stays with it.
    pub(super) async fn leave_projects(&self, case: Case) -> Result<(), Error> {
        let shared = self.store.ever_shared_with(case.person).await?;
        let mut left = 0;
        for (tenant, id) in &shared {
            let command = project::Command::RemoveMember { by: case.person, user: case.person };
            let done = self.store.execute::<Project>(&by_eraser(case, *tenant), id, command, |_| json!(null)).await?;
            left += done.events.len();
        }
        self.note_once(case, SHARED, json!({ "projects": shared.len(), "left": left })).await
    }

    /// In an organisation of others, what they made stays there, with an owner of it.
    async fn heir_in(&self, case: Case, tenant: TenantId) -> Result<Option<UserId>, Error> {
        if tenant == case.tenant {
            return Ok(case.heir);
        }
        let state = self.store.load::<Tenant>(tenant, &tenant.to_string()).await?.state;
        let owners = state.members.iter().filter(|(_, member)| member.role == Role::Owner);
        Ok(owners.map(|(id, _)| *id).find(|id| *id != case.person))
    }

    pub(super) async fn hand_over_projects(&self, case: Case, owned: &Owned) -> Result<(), Error> {
        let (mut transferred, mut erased, mut others) = (Vec::new(), Vec::new(), 0);
        for id in &owned.projects {
            let tenant = owned.tenant_of(id, case.tenant);
            let heir = self.heir_in(case, tenant).await?;
            let command = project::Command::EraseOwner { owner: case.person, to: heir };
            let done = self.store.execute::<Project>(&by_eraser(case, tenant), id, command, |_| json!(null)).await?;
            match done.state {
                Project::Erased { .. } => {
                    self.store.keys().destroy(id).await?;
                    erased.push(id);
                }
                Project::Live { owner, .. } if Some(owner) == heir => transferred.push(id),
                // Theirs once, and given away long before.
                Project::Unknown | Project::Live { .. } | Project::Deleted { .. } => others += 1,
            }
        }
        let outcome = json!({ "transferred": transferred, "erased": erased, "not_theirs_any_more": others });
        Ok(self.store.note_step(case.person, PROJECTS, &outcome).await?)
    }

    pub(super) async fn erase_sessions(&self, case: Case, owned: &Owned) -> Result<(), Error> {
        let (mut handed_over, mut erased) = (0, 0);
        for id in &owned.sessions {
            let tenant = owned.tenant_of(id, case.tenant);
            let to = self.heir_of(case, tenant, id).await?;
            let command = session::Command::ErasePerson { person: case.person, to };
            let done = self.store.execute::<Session>(&by_eraser(case, tenant), id, command, |_| json!(null)).await?;
            if done.state.erased { erased += 1 } else { handed_over += 1 }
        }
        let outcome = json!({ "handed_over": handed_over, "erased": erased });
        Ok(self.store.note_step(case.person, SESSIONS, &outcome).await?)
    }

    /// A conversation stays with its project, where somebody else has that.
    async fn heir_of(&self, case: Case, tenant: TenantId, session: &str) -> Result<Option<UserId>, Error> {
        let session = self.store.load::<Session>(tenant, session).await?.state;
        let Some(identity) = session.identity else { return Ok(None) };
        let project = self.store.load::<Project>(tenant, &identity.project_id.to_string()).await?.state;
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

fn by_eraser(case: Case, tenant: TenantId) -> store::Call {
    call::by_service(tenant, "erasure", &case.person.to_string())
}

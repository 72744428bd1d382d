//! Erasing a person, from the decision to the receipt.
//!
//! `UserErased` is the decision: from that append on the address is free and the erasure is owed. Whoever finds
//! it without a receipt carries it out: the command role by itself, or `atelier forget`. Every step may be
//! repeated, so a crash anywhere is finished by the next run. Each step is done by the role that owns the data:
//! sign-ins by auth, keys as `atelier_keys`, events as `atelier_store`; read models hear of it by the events.

mod receipt;
mod run;
mod steps;

use std::sync::Arc;

use domain::{Rejection, Tenant, TenantId, User, UserId};
use rpc::{Auth, ServiceToken};
use store::{Call, Store, Traces};
use tokio::sync::Notify;

pub use receipt::{Gone, Receipt, Stays};
pub use run::Progress;

/// Carries erasures out. Cheap to clone.
#[derive(Clone)]
pub struct Eraser {
    store: Store,
    auth: Auth,
    token: ServiceToken,
    wake: Arc<Notify>,
}

/// Somebody was erased, or cannot be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Keys(#[from] keys::Error),
    #[error("auth did not forget them: {}", .0.message())]
    Auth(#[from] tonic::Status),
    #[error("nobody was erased under {0}")]
    NotErased(UserId),
    #[error("the log names no {0} of the erasure")]
    Unreadable(&'static str),
}

impl Eraser {
    /// `token` is the command role's own; `wake` says that an erasure was just decided.
    pub const fn new(store: Store, auth: Auth, token: ServiceToken, wake: Arc<Notify>) -> Self {
        Self { store, auth, token, wake }
    }

    /// Decides that a person is erased. Once more changes nothing. Gives the version of the user.
    pub async fn decide(&self, call: &Call, person: UserId, transfer_to: Option<UserId>) -> Result<i64, Error> {
        Ok(decide(&self.store, call, person, transfer_to).await?)
    }

    /// What the store holds of a person.
    pub async fn traces(&self, tenant: TenantId, person: UserId) -> Result<Traces, Error> {
        let owned = self.store.ever_owned(tenant, person).await?;
        Ok(self.store.traces(tenant, person, &owned).await?)
    }
}

/// The decision alone: what follows is owed from here on.
pub async fn decide(
    store: &Store,
    call: &Call,
    person: UserId,
    transfer_to: Option<UserId>,
) -> Result<i64, store::Error> {
    if let Some(heir) = transfer_to {
        require_heir(store, call.tenant, heir).await?;
    }
    let command = domain::user::Command::Erase { transfer_to };
    let answer = |done: &store::Executed<User>| serde_json::json!({ "version": done.version });
    Ok(store.execute::<User>(call, &person.to_string(), command, answer).await?.version)
}

/// Only somebody who is there, and belongs to the same tenant, can have the projects.
async fn require_heir(store: &Store, tenant: TenantId, heir: UserId) -> Result<(), store::Error> {
    let nobody = || Rejection::NotFound("user to transfer to");
    let home = store.home_of(heir).await?.ok_or_else(nobody)?;
    let belongs = async {
        let organisation = store.load::<Tenant>(tenant, &tenant.to_string()).await?.state;
        Ok::<_, store::Error>(home == tenant || organisation.role_of(heir).is_some())
    };
    match store.load::<User>(home, &heir.to_string()).await?.state {
        User::Registered { .. } if belongs.await? => Ok(()),
        User::Registered { .. } | User::Unknown | User::Erased { .. } => Err(nobody().into()),
    }
}

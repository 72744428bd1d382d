//! One erasure from its decision to its receipt, and the loop that leaves none undone.

use std::time::Duration;

use domain::{TenantId, UserId};
use serde_json::json;
use store::Erasure;
use tokio_util::sync::CancellationToken;

use super::receipt::Receipt;
use super::{Eraser, Error};

/// How often the command role looks for erasures that nobody carries out.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often what belongs to a person is listed again, because something was made while it was erased.
const LISTINGS: usize = 5;

/// Hears which step begins.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Who is erased, and who gets what they had.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub person: UserId,
    pub tenant: TenantId,
    pub heir: Option<UserId>,
}

impl Eraser {
    /// Carries out what is owed, until `shutdown`.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut erasures = self.store.keys().erasures();
        while !shutdown.is_cancelled() {
            if let Err(error) = self.catch_up().await {
                tracing::error!(%error, "an erasure waits: {error}");
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wake.notified() => {}
                // By whichever process: the aggregates in our memory may hold their texts.
                Ok(()) = erasures.changed() => self.store.forget_hot(),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn catch_up(&self) -> Result<(), Error> {
        let unfinished = self.store.unfinished_erasures().await?;
        metrics::gauge!("atelier_erasures_unfinished").set(unfinished.len() as f64);
        for erasure in unfinished {
            let person = erasure.user_id.parse().map_err(|_| Error::Unreadable("person"))?;
            self.finish(person, &|_| {}).await?;
            metrics::gauge!("atelier_erasures_unfinished").decrement(1.0);
        }
        Ok(())
    }

    /// Carries the erasure of a person out, to its receipt; a finished one is not repeated.
    pub async fn finish(&self, person: UserId, progress: Progress<'_>) -> Result<Receipt, Error> {
        let _alone = self.store.erase_alone(person).await?;
        let erasure = self.store.erasure(person).await?.ok_or(Error::NotErased(person))?;
        if let Some(receipt) = Receipt::of(&erasure) {
            return Ok(receipt);
        }
        let case = Case::of(&erasure)?;
        progress("noting what there is");
        let owned = self.store.ever_owned(case.tenant, person).await?;
        let found = json!({
            "store": self.store.traces(case.tenant, person, &owned).await?,
            "keys": self.store.keys().count(&person.to_string()).await?,
        });
        self.store.begin_erasure(&erasure, &found).await?;
        self.carry_out(case, progress).await?;
        self.conclude(case).await
    }

    async fn carry_out(&self, case: Case, progress: Progress<'_>) -> Result<(), Error> {
        progress("ending sign-ins, deleting credentials");
        self.forget_sign_ins(case).await?;
        progress("destroying the key");
        self.destroy_key(case).await?;
        progress("leaving organisations");
        self.leave_tenants(case).await?;
        progress("leaving shared projects");
        self.leave_projects(case).await?;
        let mut seen = usize::MAX;
        for _ in 0..LISTINGS {
            let owned = self.store.ever_owned(case.tenant, case.person).await?;
            let count = owned.projects.len() + owned.sessions.len();
            if std::mem::replace(&mut seen, count) == count {
                break;
            }
            progress(&format!("{} projects", owned.projects.len()));
            self.hand_over_projects(case, &owned).await?;
            progress(&format!("{} conversations", owned.sessions.len()));
            self.erase_sessions(case, &owned).await?;
            progress("deleting stored answers and snapshots");
            self.forget_copies(case, &owned).await?;
        }
        Ok(())
    }

    async fn conclude(&self, case: Case) -> Result<Receipt, Error> {
        let owned = self.store.ever_owned(case.tenant, case.person).await?;
        let erasure = self.store.erasure(case.person).await?.ok_or(Error::NotErased(case.person))?;
        let events = self.store.erasure_events(case.person, &owned).await?;
        let receipt = Receipt::new(&erasure, events);
        let json = serde_json::to_value(&receipt).map_err(|_| Error::Unreadable("receipt"))?;
        self.store.finish_erasure(case.person, &json).await?;
        tracing::info!(user.id = %case.person, event.id = receipt.event_id, "{} was erased", case.person);
        Ok(receipt)
    }
}

impl Case {
    fn of(erasure: &Erasure) -> Result<Self, Error> {
        let heir = erasure.transferred_to.as_deref().map(str::parse).transpose();
        Ok(Self {
            person: erasure.user_id.parse().map_err(|_| Error::Unreadable("person"))?,
            tenant: erasure.tenant_id.parse().map_err(|_| Error::Unreadable("tenant"))?,
            heir: heir.map_err(|_| Error::Unreadable("heir"))?,
        })
    }
}

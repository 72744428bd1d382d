//! From what somebody has shown to tokens, by the steps of [`crate::steps`].

use std::time::Duration;

use domain::TenantId;
use rpc::auth::v1::SignedIn;
use runtime::crash_point;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::errands::{self, Errand, Owed, SignIn};
use crate::families::Owner;
use crate::once::{self, Person};
use crate::service::Inner;
use crate::steps::{Shown, Step, TRIES};
use crate::throttle::Account;
use crate::token::Kind;
use crate::{Error, FamilyId, credentials, families};

/// How long somebody may look for their phone.
const TICKET: Duration = Duration::from_mins(10);

/// The first thing somebody has shown, and it was right.
pub struct Proof {
    pub person: Person,
    pub how: How,
    /// Where they come from, for the audit log.
    pub origin: String,
}

/// Kept with a ticket until the second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct How {
    /// `password`, `code`, or the id of a provider.
    pub method: String,
    /// What the device calls itself.
    pub device: String,
    /// The organisation whose provider it was; `None`: they come home.
    #[serde(default)]
    pub tenant: Option<TenantId>,
}

impl Inner {
    /// Tokens, or a ticket where a second factor is asked for.
    pub async fn accept(&self, proof: Proof) -> Result<SignedIn, Error> {
        let enrolled = self.has_factor(proof.person.0).await?;
        match Step::Anonymous.next(Shown::First { enrolled }) {
            Step::SignedIn => self.let_in(proof, None).await,
            Step::Awaiting { .. } => self.ask_for_more(proof).await,
            Step::Anonymous | Step::Over => Err(Error::InvalidCredentials),
        }
    }

    async fn ask_for_more(&self, proof: Proof) -> Result<SignedIn, Error> {
        let mfa_ticket = once::hand_out(&self.pool, Kind::Ticket, Some(proof.person), json!(proof.how), TICKET).await?;
        Ok(SignedIn { mfa_ticket, mfa_expires_in: TICKET.as_secs() as u32, ..SignedIn::default() })
    }

    /// The second step: the ticket of the first, and a code of the moment or a recovery code.
    pub async fn verify_factor(&self, ticket: &str, code: &str, origin: String) -> Result<SignedIn, Error> {
        let kept = once::attempt(&self.pool, Kind::Ticket, ticket, TRIES).await.map_err(over)?;
        let person = kept.person.ok_or(Error::TicketOver)?;
        let guessing = Account::guessing("factor", &person.0.to_string());
        self.throttle.admit(&guessing).await?;

        let factor = self.use_factor(person.0, code).await?;
        let step = Step::Awaiting { tries_left: TRIES - kept.tries + 1 };
        match step.next(Shown::Second { right: factor.is_some() }) {
            Step::SignedIn => {
                once::take(&self.pool, Kind::Ticket, ticket).await.map_err(over)?;
                self.throttle.forgive(&guessing).await;
                let how = serde_json::from_value(kept.state).map_err(anyhow::Error::from)?;
                self.let_in(Proof { person, how, origin }, factor).await
            }
            Step::Awaiting { .. } => Err(Error::InvalidCode),
            Step::Over | Step::Anonymous => Err(Error::TicketOver),
        }
    }

    /// A new family for this device. That the log must know of it is written down with it, so that it cannot be
    /// without its event; and nobody has its tokens before that.
    async fn let_in(&self, proof: Proof, factor: Option<&'static str>) -> Result<SignedIn, Error> {
        let Proof { person, how: How { method, device, tenant }, origin } = proof;
        if credentials::find(&self.pool, person.0).await?.is_none() {
            return Err(Error::InvalidCredentials); // erased since
        }
        let family = FamilyId::generate();
        let sign_in = SignIn {
            device_id: family.to_string(),
            method,
            factor: factor.unwrap_or_default().to_owned(),
            device: families::short(&device),
        };
        let owner = Owner { family, user: person.0, tenant: tenant.unwrap_or(person.1), home: person.1 };
        let event = Errand::SignIn { person: person.into(), sign_in, origin };
        let (signed_in, owed) = self.open(owner, &device, Some(event)).await?;
        crash_point("auth.signed_in");
        if let Some(owed) = owed {
            self.settle(owed).await;
        }
        if self.is_new_device(person.0, &device).await? {
            let (device, at) = (families::short(&device), chrono::Utc::now());
            self.run_later(Errand::NewDevice { person: person.into(), device, at }).await;
        }
        Ok(signed_in)
    }

    /// Tokens of a new family, and what is owed because of it.
    pub async fn open(
        &self,
        owner: Owner,
        device: &str,
        because: Option<Errand>,
    ) -> Result<(SignedIn, Option<Owed>), Error> {
        let Owner { user, tenant, .. } = owner;
        let mut tx = self.pool.begin().await?;
        if !credentials::activate(&mut tx, user).await? {
            return Err(Error::InvalidCredentials); // erased since
        }
        let signed_in = families::open(&mut tx, &self.config, owner, device).await?;
        let owed = match because {
            Some(errand) => Some(errands::owe(self, &mut tx, errand).await?),
            None => None,
        };
        tx.commit().await?;
        tracing::info!(user.id = %user, tenant.id = %tenant, "{user} signed in");
        Ok((signed_in, owed))
    }
}

fn over(error: Error) -> Error {
    if matches!(error, Error::InvalidLink) { Error::TicketOver } else { error }
}

//! The way back: the browser that left, the provider it left for, and the person who came back.

use domain::{TenantId, UserId};
use rpc::auth::v1::{FinishLoginRequest, FinishLoginResponse, SignedIn};
use sqlx::Row;
use tonic::Code as Grpc;

use super::begin::{Flow, hashed};
use super::oidc::Code;
use super::{Kind, Provider, Who, callback};
use crate::once::{self, Person};
use crate::proof::{How, Proof};
use crate::service::Inner;
use crate::{Error, credentials, token};

impl Inner {
    pub async fn finish_login(&self, request: FinishLoginRequest) -> Result<FinishLoginResponse, Error> {
        let kept = once::take(&self.pool, token::Kind::Flow, &request.flow).await.map_err(no_flow)?;
        let flow: Flow = serde_json::from_value(kept.state).map_err(anyhow::Error::from)?;
        // Of the same browser, for the same provider, and the very same way out.
        if flow.provider != request.provider || flow.state != hashed(&request.state) {
            return Err(Error::ProviderRefused);
        }
        let provider = &self.provider(&flow.provider).await?;
        let who = self.ask(provider, &flow, &request).await?;
        let linked = kept.person.is_some();
        let signed_in = match kept.person {
            Some(person) => self.link(person, provider, &who, &request.origin).await.map(|()| SignedIn::default())?,
            None => self.by_provider(provider, &who, &request).await?,
        };
        Ok(FinishLoginResponse { signed_in: Some(signed_in), next: flow.next, linked })
    }

    async fn ask(&self, provider: &Provider, flow: &Flow, request: &FinishLoginRequest) -> Result<Who, Error> {
        let back = callback(&self.site, provider);
        let code = Code { code: &request.code, verifier: &flow.verifier, nonce: &flow.nonce, callback: &back };
        match provider.kind {
            Kind::Github if request.code.is_empty() => Err(Error::ProviderRefused),
            Kind::Github => self.providers.by_github(provider, &code).await,
            Kind::Oidc => {
                let document = self.providers.document(provider).await?;
                let iss = request.iss.as_deref();
                let silent = iss.is_none() && !document.authorization_response_iss_parameter_supported;
                // Another provider's answer to a question of ours (mix-up).
                if request.code.is_empty() || !(silent || iss == Some(provider.realm())) {
                    return Err(Error::ProviderRefused);
                }
                self.providers.by_oidc(provider, &document, &code).await
            }
        }
    }

    async fn by_provider(
        &self,
        provider: &Provider,
        who: &Who,
        request: &FinishLoginRequest,
    ) -> Result<SignedIn, Error> {
        if let Some(tenant) = provider.organisation {
            return self.by_organisation(provider, tenant, who, request).await;
        }
        let person = match self.linked(provider, who).await? {
            Some(person) => person,
            None => self.by_address(provider, who, &request.origin).await?,
        };
        if provider.tenant.is_some_and(|tenant| tenant != person.1) {
            return Err(Error::NoAccount);
        }
        let how = How { method: provider.id.clone(), device: request.device.clone(), tenant: None };
        self.accept(Proof { person, how, origin: request.origin.clone() }).await
    }

    /// Nobody is linked to this subject: a new account, or one of theirs that no password protects.
    async fn by_address(&self, provider: &Provider, who: &Who, origin: &str) -> Result<Person, Error> {
        let email = who.email.as_deref().filter(|_| who.verified).ok_or(Error::EmailNotVerified)?;
        let person = match self.find(email).await? {
            Some(person) => {
                let known = credentials::find(&self.pool, person.0).await?;
                if known.is_some_and(|known| known.password_hash.is_some()) {
                    return Err(Error::LinkFirst);
                }
                // Cut off between its two writes, or theirs by another provider that verified the same address.
                credentials::prepare(&self.pool, person.0, person.1, None).await?;
                person
            }
            None if provider.tenant.is_some() => return Err(Error::NoAccount),
            None => self.open_account(who, email, origin).await?,
        };
        self.link(person, provider, who, origin).await?;
        self.verified(person, origin).await?;
        Ok(person)
    }

    pub(super) async fn open_account(&self, who: &Who, email: &str, origin: &str) -> Result<Person, Error> {
        let person = (UserId::generate(), TenantId::generate());
        let name = who.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(email);
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        credentials::prepare(&self.pool, person.0, person.1, None).await?;
        match self.register(person, email, &name, origin.to_owned()).await {
            Ok(()) => Ok(person),
            // Somebody was quicker: the next try finds them.
            Err(error) if error.code() == Grpc::AlreadyExists => {
                credentials::discard(&self.pool, person.0).await?;
                Err(Error::Busy)
            }
            Err(error) => Err(Error::Command(error)),
        }
    }

    pub(super) async fn linked(&self, provider: &Provider, who: &Who) -> Result<Option<Person>, Error> {
        let query = "select user_id, tenant_id from auth.identities where provider = $1 and subject = $2";
        let subject = self.subject(provider, who);
        let row = sqlx::query(query).bind(&provider.id).bind(subject).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| (UserId::from_uuid(row.get("user_id")), TenantId::from_uuid(row.get("tenant_id")))))
    }
}

fn no_flow(error: Error) -> Error {
    if matches!(error, Error::InvalidLink) { Error::ProviderRefused } else { error }
}

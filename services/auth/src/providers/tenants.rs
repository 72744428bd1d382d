//! Providers of an organisation's own: named by whoever manages it, asked only where anybody may ask.
//!
//! **Invariant:** such a provider vouches for people of its organisation and for nobody else. It leads to accounts that
//! came by it, never to one that was there before: who runs it could say any address.

use domain::{LoginProviderId, TenantId, UserId};
use rpc::auth::v1::{
    FinishLoginRequest, ListLoginsResponse, RemoveLoginRequest, SetLoginRequest, SignedIn, TenantProvider,
};
use rpc::command::v1::{AdmitMemberRequest, RemoveLoginProviderRequest, SetLoginProviderRequest, Write};
use rpc::identity::Claims;
use secrecy::SecretString;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};
use tonic::Code;

use super::config::safe;
use super::{Kind, Provider, Who, callback};
use crate::families::Owner;
use crate::once::Person;
use crate::proof::{How, Proof};
use crate::service::Inner;
use crate::{Error, FamilyId, credentials, reach};

const COLUMNS: &str = "provider_id, tenant_id, kind, label, issuer, client_id, secret, joins, created_at";

impl Inner {
    /// One that is configured, or one of an organisation.
    pub async fn provider(&self, id: &str) -> Result<Provider, Error> {
        if let Some(configured) = self.providers.find(id) {
            return Ok(configured.clone());
        }
        let id: LoginProviderId = id.parse().map_err(|_| Error::UnknownProvider)?;
        let row = find(&self.pool, id).await?.ok_or(Error::UnknownProvider)?;
        self.opened(&row)
    }

    /// Those of one organisation, by id and label: what its sign-in page offers.
    pub async fn offered_by(&self, tenant: &str) -> Result<Vec<(String, String)>, Error> {
        let Ok(tenant) = tenant.parse::<TenantId>() else { return Ok(Vec::new()) };
        let rows = self.of_tenant(tenant).await?;
        Ok(rows.iter().map(|row| (id_of(row).to_string(), row.get("label"))).collect())
    }

    /// As who manages the caller's organisation sees them.
    pub async fn logins(&self, claims: &Claims) -> Result<ListLoginsResponse, Error> {
        let (_, tenant) = claims.require_person().map_err(Error::Command)?;
        let rows = self.of_tenant(tenant).await?;
        let providers = rows.iter().map(|row| self.shown(row)).collect::<Result<_, _>>()?;
        Ok(ListLoginsResponse { providers })
    }

    /// The log knows of it first, then it works. `token`: the person's own, by which the write side decides.
    pub async fn set_login(
        &self,
        claims: &Claims,
        token: &str,
        request: SetLoginRequest,
    ) -> Result<TenantProvider, Error> {
        let (_, tenant) = claims.require_person().map_err(Error::Command)?;
        let known = match request.id.as_str() {
            "" => None,
            id => Some(self.one_of(tenant, id).await?),
        };
        let id = known.as_ref().map_or_else(LoginProviderId::generate, id_of);
        let secret = self.sealed(id, &request.client_secret, known.as_ref())?;
        let issuer = request.issuer.clone().filter(|issuer| !issuer.is_empty());
        let request = SetLoginRequest { issuer, ..request };
        let kind = request.kind.parse().map_err(|_| Error::UnknownKind)?;
        self.look_at(kind, request.issuer.as_deref()).await?;
        self.command.set_login_provider(told(id, &request), token).await.map_err(Error::Command)?;
        self.shown(&self.keep(id, tenant, &request, secret).await?)
    }

    /// One left out stays as it is.
    fn sealed(&self, id: LoginProviderId, secret: &str, known: Option<&PgRow>) -> Result<Vec<u8>, Error> {
        if !self.vault.is_durable() {
            return Err(Error::FactorsUnavailable);
        }
        match (secret, known) {
            ("", Some(known)) => Ok(known.get("secret")),
            ("", None) => Err(Error::SecretRequired),
            (secret, _) => Ok(self.vault.seal_for(id.as_uuid(), secret.as_bytes())?),
        }
    }

    async fn keep(
        &self,
        id: LoginProviderId,
        tenant: TenantId,
        request: &SetLoginRequest,
        secret: Vec<u8>,
    ) -> sqlx::Result<PgRow> {
        let query = format!(
            "insert into auth.tenant_providers (provider_id, tenant_id, kind, label, issuer, client_id, secret, joins)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (provider_id) do update set label = excluded.label, issuer = excluded.issuer,
                 kind = excluded.kind, client_id = excluded.client_id, secret = excluded.secret, joins = excluded.joins
             returning {COLUMNS}"
        );
        sqlx::query(&query)
            .bind(id.as_uuid())
            .bind(tenant.as_uuid())
            .bind(&request.kind)
            .bind(request.label.trim())
            .bind(&request.issuer)
            .bind(&request.client_id)
            .bind(secret)
            .bind(&request.joins)
            .fetch_one(&self.pool)
            .await
    }

    /// Nobody signs in by it any more; who has is signed in until their sign-in ends.
    pub async fn remove_login(&self, claims: &Claims, token: &str, request: RemoveLoginRequest) -> Result<(), Error> {
        let (_, tenant) = claims.require_person().map_err(Error::Command)?;
        let id = id_of(&self.one_of(tenant, &request.id).await?);
        let write = Some(write(&request.correlation_id, &request.origin));
        let told = RemoveLoginProviderRequest { write, provider_id: id.to_string() };
        self.command.remove_login_provider(told, token).await.map_err(Error::Command)?;
        let delete = "delete from auth.tenant_providers where provider_id = $1";
        sqlx::query(delete).bind(id.as_uuid()).execute(&self.pool).await?;
        Ok(())
    }

    /// The organisation was erased. Again changes nothing.
    pub async fn forget_tenant(&self, tenant: &str) -> Result<(), Error> {
        let tenant: TenantId = tenant.parse().map_err(|_| Error::NoSuchTenant)?;
        let delete = "delete from auth.tenant_providers where tenant_id = $1";
        sqlx::query(delete).bind(tenant.as_uuid()).execute(&self.pool).await?;
        Ok(())
    }

    /// Before it is kept: it must be there, and where we ask.
    async fn look_at(&self, kind: Kind, issuer: Option<&str>) -> Result<(), Error> {
        let refused = |why: &str| Err(Error::IssuerRefused(why.to_owned()));
        match (kind, issuer) {
            (Kind::Github, None) => Ok(()),
            (Kind::Github, Some(_)) => refused("GitHub needs none: github.com is meant"),
            (Kind::Oidc, None) => refused("an OpenID provider has one"),
            (Kind::Oidc, Some(issuer)) => self.look_at_issuer(issuer).await,
        }
    }

    async fn look_at_issuer(&self, issuer: &str) -> Result<(), Error> {
        let refused = |why: String| Error::IssuerRefused(why);
        let url = safe(issuer).map_err(|why| refused(why.to_string()))?;
        let anywhere = self.config.private_providers;
        if !anywhere {
            reach::admitted(&url).map_err(|why| refused(why.to_string()))?;
        }
        self.providers.fresh_document(issuer, anywhere).await.map_err(|error| match error {
            Error::ProviderAway => refused(format!(
                "no OpenID provider on the internet describes itself as {issuer} at \
                 {}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            )),
            error => error,
        })
    }

    /// Whoever comes by a provider of an organisation: to that organisation, if it lets them in.
    pub(super) async fn by_organisation(
        &self,
        provider: &Provider,
        tenant: TenantId,
        who: &Who,
        request: &FinishLoginRequest,
    ) -> Result<SignedIn, Error> {
        let person = match self.linked(provider, who).await? {
            Some(person) => person,
            None => self.newcomer(provider, tenant, who, &request.origin).await?,
        };
        self.admit(provider, tenant, who, Some(person.0)).await?;
        let how = How { method: provider.id.clone(), device: request.device.clone(), tenant: Some(tenant) };
        self.accept(Proof { person, how, origin: request.origin.clone() }).await
    }

    /// A new account, once it is clear that they come in. Whether the address is theirs only a mail of ours can tell.
    async fn newcomer(&self, provider: &Provider, tenant: TenantId, who: &Who, origin: &str) -> Result<Person, Error> {
        let email = who.email.as_deref().filter(|_| who.verified).ok_or(Error::EmailNotVerified)?;
        self.admit(provider, tenant, who, None).await?;
        let person = match self.find(email).await? {
            // Cut off between its two writes: nobody has ever been in it.
            Some(person) if self.is_unused(person.0).await? => person,
            Some(_) => return Err(Error::HasAccount),
            None => self.open_account(who, email, origin).await?,
        };
        credentials::prepare(&self.pool, person.0, person.1, None).await?;
        self.link(person, provider, who, origin).await?;
        Ok(person)
    }

    async fn is_unused(&self, user: UserId) -> Result<bool, Error> {
        let known = credentials::find(&self.pool, user).await?;
        Ok(known.is_some_and(|known| !known.activated && known.password_hash.is_none()))
    }

    /// Nobody named: whether they would be let in. Who is a member already stays what they are.
    async fn admit(&self, provider: &Provider, tenant: TenantId, who: &Who, user: Option<UserId>) -> Result<(), Error> {
        if let Some(user) = user {
            let home = self.home_of(user).await?;
            let owner = Owner { family: FamilyId::generate(), user, tenant, home };
            if self.standing(owner).await?.is_some() {
                return Ok(());
            }
        }
        let request = AdmitMemberRequest {
            tenant_id: tenant.to_string(),
            provider_id: provider.id.clone(),
            email: who.email.clone().filter(|_| who.verified).unwrap_or_default(),
            user_id: user.map(|user| user.to_string()).unwrap_or_default(),
            correlation_id: String::new(),
        };
        match self.command.admit_member(request, &self.service_token().await?).await {
            Ok(_) => Ok(()),
            Err(status) if matches!(status.code(), Code::PermissionDenied | Code::NotFound) => Err(Error::NotInvited),
            Err(status) => Err(Error::Command(status)),
        }
    }

    async fn home_of(&self, user: UserId) -> Result<TenantId, Error> {
        let query = "select tenant_id from auth.credentials where user_id = $1";
        let home = sqlx::query_scalar(query).bind(user.as_uuid()).fetch_optional(&self.pool).await?;
        home.map(TenantId::from_uuid).ok_or(Error::NoAccount)
    }

    async fn one_of(&self, tenant: TenantId, id: &str) -> Result<PgRow, Error> {
        let id = id.parse().map_err(|_| Error::UnknownProvider)?;
        let row = find(&self.pool, id).await?.filter(|row| tenant_of(row) == tenant);
        row.ok_or(Error::UnknownProvider)
    }

    async fn of_tenant(&self, tenant: TenantId) -> sqlx::Result<Vec<PgRow>> {
        let query = format!("select {COLUMNS} from auth.tenant_providers where tenant_id = $1 order by provider_id");
        sqlx::query(&query).bind(tenant.as_uuid()).fetch_all(&self.pool).await
    }

    fn opened(&self, row: &PgRow) -> Result<Provider, Error> {
        let id = id_of(row);
        let secret = self.vault.open_for(id.as_uuid(), &row.get::<Vec<u8>, _>("secret"))?;
        let secret = String::from_utf8(secret).map_err(anyhow::Error::from)?;
        Ok(Provider {
            id: id.to_string(),
            label: row.get("label"),
            kind: row.get::<String, _>("kind").parse()?,
            issuer: row.get("issuer"),
            client_id: row.get("client_id"),
            client_secret: SecretString::from(secret),
            tenant: None,
            organisation: Some(tenant_of(row)),
        })
    }

    fn shown(&self, row: &PgRow) -> Result<TenantProvider, Error> {
        let provider = self.opened(row)?;
        Ok(TenantProvider {
            callback: callback(&self.site, &provider),
            id: provider.id,
            kind: row.get("kind"),
            label: provider.label,
            issuer: provider.issuer,
            client_id: provider.client_id,
            joins: row.get("joins"),
            created_at_micros: row.get::<chrono::DateTime<chrono::Utc>, _>("created_at").timestamp_micros(),
        })
    }
}

async fn find(db: impl PgExecutor<'_>, id: LoginProviderId) -> sqlx::Result<Option<PgRow>> {
    let query = format!("select {COLUMNS} from auth.tenant_providers where provider_id = $1");
    sqlx::query(&query).bind(id.as_uuid()).fetch_optional(db).await
}

fn id_of(row: &PgRow) -> LoginProviderId {
    LoginProviderId::from_uuid(row.get("provider_id"))
}

fn tenant_of(row: &PgRow) -> TenantId {
    TenantId::from_uuid(row.get("tenant_id"))
}

/// For the log, without the secret.
fn told(id: LoginProviderId, request: &SetLoginRequest) -> SetLoginProviderRequest {
    let SetLoginRequest { kind, label, issuer, client_id, joins, correlation_id, origin, .. } = request.clone();
    let (write, provider_id) = (Some(write(&correlation_id, &origin)), id.to_string());
    SetLoginProviderRequest { write, provider_id, kind, label, issuer, client_id, joins }
}

fn write(correlation_id: &str, origin: &str) -> Write {
    let (correlation_id, origin) = (correlation_id.to_owned(), origin.to_owned());
    Write { correlation_id, origin, ..Write::default() }
}

//! The rpcs of `AuthService`, each in a file of its own.

use std::sync::Arc;

use anyhow::Context;
use rpc::auth::v1::auth_service_server::{AuthService, AuthServiceServer};
#[allow(clippy::wildcard_imports, reason = "the service names every message of the contract")]
use rpc::auth::v1::*;
use rpc::identity::{Claims, Clock, KeySource, Learning, Verifier, caller};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::administrators::Administrators;
use crate::devices::Which;
use crate::errands::{self, Errands};
use crate::once::Person;
use crate::password::Hasher;
use crate::providers::Providers;
use crate::remembered::Remembered;
use crate::telling::Untold;
use crate::throttle::Throttle;
use crate::token_keys::TokenKeys;
use crate::vault::Vault;
use crate::{Config, Error, FamilyId, News, Parts, Revocations, housekeeping};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Auth(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub config: Config,
    pub pool: PgPool,
    pub command: rpc::Command,
    pub token_keys: TokenKeys,
    pub clock: Clock,
    /// Checks what this role has signed itself.
    pub verifier: Verifier,
    pub hasher: Hasher,
    pub throttle: Throttle,
    pub revocations: Revocations,
    pub remembered: Remembered,
    /// What other processes have not heard yet.
    pub untold: Untold,
    pub administrators: Administrators,
    /// Counts mails that were asked for.
    pub mails: Throttle,
    /// Counts invites that are mailed.
    pub invites: Throttle,
    pub mailer: mail::Mailer,
    pub site: url::Url,
    pub vault: Arc<Vault>,
    pub errands: Errands,
    pub providers: Providers,
}

impl Auth {
    /// Fails only on a configuration that cannot be used.
    pub fn new(config: Config, parts: Parts) -> anyhow::Result<Self> {
        config.check()?;
        let Parts { pool, command, redis, revocations, mailer, site, clock } = parts;
        let hasher = Hasher::new(&config)?;
        let administrators = Administrators::default();
        let (redis_timeout, remembered) = (config.redis_timeout, Remembered::new(config.standing_grace));
        let throttle = Throttle::of_attempts(&config, redis.clone());
        let mails = Throttle::of_mails(&config, redis.clone());
        let invites = Throttle::of_invites(&config, redis.clone());
        let vault = Arc::new(Vault::new(config.sealing_key.as_ref())?);
        let token_keys = TokenKeys::new(pool.clone(), &config, Arc::clone(&vault))?;
        let verifier = Verifier::new(Learning::default(), clock);
        verifier.learns_from(token_keys.clone());
        let errands = Errands::default();
        let providers = Providers::new(config.providers.clone(), config.private_providers)?;
        Ok(Self(Arc::new(Inner {
            config,
            pool,
            command,
            token_keys,
            clock,
            verifier,
            hasher,
            throttle,
            revocations,
            remembered,
            untold: Untold::new(redis, redis_timeout),
            administrators,
            mails,
            invites,
            mailer,
            site,
            vault,
            errands,
            providers,
        })))
    }

    /// Runs until `shutdown`: see [`crate::serve`].
    pub async fn serve(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        self.serve_with(None, shutdown).await
    }

    /// Likewise; with `tls`, only processes with a certificate of our authority may call.
    pub async fn serve_with(self, tls: Option<tls::Internal>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let (served, (), (), (), (), ()) = tokio::join!(
            self.clone().listen(tls, &shutdown),
            housekeeping::run(&self.0, &shutdown),
            errands::run(&self, &shutdown),
            self.0.token_keys.follow(&shutdown),
            self.0.untold.run(&shutdown),
            self.0.verifier.follow(&shutdown),
        );
        served
    }

    /// The public keys of internal tokens, for whoever checks them in this process.
    pub fn token_keys(&self) -> TokenKeys {
        self.0.token_keys.clone()
    }

    async fn listen(self, tls: Option<tls::Internal>, shutdown: &CancellationToken) -> anyhow::Result<()> {
        let Some(address) = self.0.config.listen else {
            shutdown.cancelled().await;
            return Ok(());
        };
        let callers = rpc::listen(address, tls).await.with_context(|| format!("auth cannot listen on {address}"));
        let callers = callers.inspect_err(|_| shutdown.cancel())?;
        let served = tonic::transport::Server::builder()
            .add_service(AuthServiceServer::new(self))
            .serve_with_incoming_shutdown(callers, shutdown.cancelled())
            .await;
        shutdown.cancel();
        served.with_context(|| format!("auth cannot serve on {address}"))
    }
}

impl Inner {
    /// What auth shows the write side.
    pub async fn service_token(&self) -> Result<String, Error> {
        self.sign(Claims::service("auth", self.internal_end())).await
    }

    /// When an internal token made now ends, Unix seconds.
    pub fn internal_end(&self) -> i64 {
        self.clock.now() + self.config.internal.as_secs() as i64
    }

    pub async fn sign(&self, claims: Claims) -> Result<String, Error> {
        let signer = self.token_keys.signer().await?;
        Ok(signer.sign(&claims.issued_at(self.clock.now())).context("an internal token could not be signed")?)
    }

    /// Everyone who holds something of this family must let go of it.
    pub async fn announce(&self, family: FamilyId) {
        self.tell(News::Over(family)).await;
    }

    /// Everyone who remembers this family hears the news.
    pub async fn tell(&self, news: News) {
        self.revocations.tell(news);
        self.untold.tell(news).await;
    }
}

#[tonic::async_trait]
impl AuthService for Auth {
    async fn sign_up(&self, request: Request<SignUpRequest>) -> Result<Response<SignedIn>, Status> {
        Ok(Response::new(self.0.sign_up(request.into_inner()).await?))
    }

    async fn sign_in(&self, request: Request<SignInRequest>) -> Result<Response<SignedIn>, Status> {
        Ok(Response::new(self.0.sign_in(request.into_inner()).await?))
    }

    async fn refresh(&self, request: Request<RefreshRequest>) -> Result<Response<SignedIn>, Status> {
        Ok(Response::new(self.0.refresh(&request.into_inner().refresh_token).await?))
    }

    async fn revoke(&self, request: Request<RevokeRequest>) -> Result<Response<RevokeResponse>, Status> {
        self.0.revoke(&request.into_inner().token).await?;
        Ok(Response::new(RevokeResponse {}))
    }

    async fn exchange(&self, request: Request<ExchangeRequest>) -> Result<Response<ExchangeResponse>, Status> {
        Ok(Response::new(self.0.exchange(&request.into_inner().access_token).await?))
    }

    async fn service_token(
        &self,
        request: Request<ServiceTokenRequest>,
    ) -> Result<Response<ServiceTokenResponse>, Status> {
        Ok(Response::new(self.0.hand_out_service_token(&request.into_inner()).await?))
    }

    async fn list_token_keys(&self, _: Request<Nothing>) -> Result<Response<TokenKeySet>, Status> {
        Ok(Response::new(TokenKeySet { jwks: self.0.token_keys.key_set().await? }))
    }

    async fn confirm_password(
        &self,
        request: Request<ConfirmPasswordRequest>,
    ) -> Result<Response<ConfirmPasswordResponse>, Status> {
        let (user, _) = caller(&request, &self.0.verifier).await?.require_person()?;
        self.0.confirm_password(user, request.into_inner().password).await?;
        Ok(Response::new(ConfirmPasswordResponse {}))
    }

    async fn switch_tenant(&self, request: Request<SwitchTenantRequest>) -> Result<Response<SignedIn>, Status> {
        let claims = caller(&request, &self.0.verifier).await?;
        Ok(Response::new(self.0.switch_tenant(&claims, request.into_inner()).await?))
    }

    async fn create_api_key(
        &self,
        request: Request<CreateApiKeyRequest>,
    ) -> Result<Response<CreateApiKeyResponse>, Status> {
        let claims = caller(&request, &self.0.verifier).await?;
        let token = bearer(&request);
        Ok(Response::new(self.0.create_api_key(&claims, &token, request.into_inner()).await?))
    }

    async fn standing_changed(
        &self,
        request: Request<StandingChangedRequest>,
    ) -> Result<Response<StandingChangedResponse>, Status> {
        let claims = caller(&request, &self.0.verifier).await?;
        self.0.standing_changed(&claims, request.into_inner()).await?;
        Ok(Response::new(StandingChangedResponse {}))
    }

    async fn mail_invite(&self, request: Request<MailInviteRequest>) -> Result<Response<MailInviteResponse>, Status> {
        let claims = caller(&request, &self.0.verifier).await?;
        let mailed = self.0.mail_invite(&claims, request.into_inner()).await?;
        Ok(Response::new(MailInviteResponse { mailed }))
    }

    async fn list_devices(
        &self,
        request: Request<ListDevicesRequest>,
    ) -> Result<Response<ListDevicesResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        Ok(Response::new(ListDevicesResponse { devices: self.0.devices(caller.person.0, caller.family).await? }))
    }

    async fn forgot_password(&self, request: Request<AddressRequest>) -> Result<Response<Done>, Status> {
        self.0.forgot_password(request.into_inner().email).await?;
        Ok(Response::new(Done {}))
    }

    async fn reset_password(&self, request: Request<ResetPasswordRequest>) -> Result<Response<Done>, Status> {
        self.0.reset_password(request.into_inner()).await?;
        Ok(Response::new(Done {}))
    }

    async fn change_password(&self, request: Request<ChangePasswordRequest>) -> Result<Response<Done>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        self.0.change_password(caller.person, caller.family, request.into_inner()).await?;
        Ok(Response::new(Done {}))
    }

    async fn verify_email(&self, request: Request<VerifyEmailRequest>) -> Result<Response<Done>, Status> {
        let VerifyEmailRequest { token, origin } = request.into_inner();
        self.0.verify_email(&token, &origin).await?;
        Ok(Response::new(Done {}))
    }

    async fn resend_verification(&self, request: Request<Nothing>) -> Result<Response<Done>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        self.0.resend_verification(caller.person).await?;
        Ok(Response::new(Done {}))
    }

    async fn send_code(&self, request: Request<AddressRequest>) -> Result<Response<Done>, Status> {
        self.0.send_code(request.into_inner().email).await?;
        Ok(Response::new(Done {}))
    }

    async fn verify_code(&self, request: Request<VerifyCodeRequest>) -> Result<Response<SignedIn>, Status> {
        Ok(Response::new(self.0.verify_code(request.into_inner()).await?))
    }

    async fn enroll_factor(
        &self,
        request: Request<EnrollFactorRequest>,
    ) -> Result<Response<EnrollFactorResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let EnrollFactorRequest { password } = request.into_inner();
        Ok(Response::new(self.0.enroll_factor(caller.person, caller.family, password).await?))
    }

    async fn confirm_factor(
        &self,
        request: Request<ConfirmFactorRequest>,
    ) -> Result<Response<ConfirmFactorResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let ConfirmFactorRequest { code, origin } = request.into_inner();
        Ok(Response::new(self.0.confirm_factor(caller.person, &code, &origin).await?))
    }

    async fn verify_factor(&self, request: Request<VerifyFactorRequest>) -> Result<Response<SignedIn>, Status> {
        let VerifyFactorRequest { ticket, code, origin } = request.into_inner();
        Ok(Response::new(self.0.verify_factor(&ticket, &code, origin).await?))
    }

    async fn remove_factor(&self, request: Request<RemoveFactorRequest>) -> Result<Response<Done>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let RemoveFactorRequest { code, origin } = request.into_inner();
        self.0.remove_factor(caller.person, &code, &origin).await?;
        Ok(Response::new(Done {}))
    }

    async fn describe_account(&self, request: Request<Nothing>) -> Result<Response<DescribeAccountResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        Ok(Response::new(self.0.describe(caller.person.0).await?))
    }

    async fn end_device(&self, request: Request<EndDeviceRequest>) -> Result<Response<Done>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let EndDeviceRequest { device_id, origin } = request.into_inner();
        let device: FamilyId = device_id.parse().map_err(|_| Error::UnknownDevice)?;
        match self.0.end_devices(caller.person, Which::Only(device), "by_person", &origin).await? {
            0 => Err(Error::UnknownDevice.into()),
            _ => Ok(Response::new(Done {})),
        }
    }

    async fn sign_out_everywhere(
        &self,
        request: Request<SignOutEverywhereRequest>,
    ) -> Result<Response<SignOutEverywhereResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let SignOutEverywhereRequest { keep_this, origin } = request.into_inner();
        let which = caller.family.filter(|_| keep_this).map_or(Which::All, Which::AllBut);
        let ended = self.0.end_devices(caller.person, which, "by_person", &origin).await?;
        Ok(Response::new(SignOutEverywhereResponse { ended }))
    }

    async fn list_providers(
        &self,
        request: Request<ListProvidersRequest>,
    ) -> Result<Response<ListProvidersResponse>, Status> {
        let theirs = self.0.offered_by(&request.into_inner().tenant_id).await?;
        let configured = self.0.providers.list().map(|provider| (provider.id.clone(), provider.label.clone()));
        let one = |(id, label)| LoginProvider { id, label };
        Ok(Response::new(ListProvidersResponse { providers: theirs.into_iter().chain(configured).map(one).collect() }))
    }

    async fn set_login(&self, request: Request<SetLoginRequest>) -> Result<Response<TenantProvider>, Status> {
        let (claims, token) = (caller(&request, &self.0.verifier).await?, bearer(&request));
        Ok(Response::new(self.0.set_login(&claims, &token, request.into_inner()).await?))
    }

    async fn remove_login(&self, request: Request<RemoveLoginRequest>) -> Result<Response<Done>, Status> {
        let (claims, token) = (caller(&request, &self.0.verifier).await?, bearer(&request));
        self.0.remove_login(&claims, &token, request.into_inner()).await?;
        Ok(Response::new(Done {}))
    }

    async fn list_logins(&self, request: Request<Nothing>) -> Result<Response<ListLoginsResponse>, Status> {
        Ok(Response::new(self.0.logins(&caller(&request, &self.0.verifier).await?).await?))
    }

    async fn begin_login(&self, request: Request<BeginLoginRequest>) -> Result<Response<BeginLoginResponse>, Status> {
        Ok(Response::new(self.0.begin_login(request.into_inner(), None).await?))
    }

    async fn begin_link(&self, request: Request<BeginLinkRequest>) -> Result<Response<BeginLoginResponse>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let BeginLinkRequest { provider, next, password } = request.into_inner();
        self.0.confirm_password(caller.person.0, password).await?;
        let begin = BeginLoginRequest { provider, next };
        Ok(Response::new(self.0.begin_login(begin, Some(caller.person)).await?))
    }

    async fn finish_login(
        &self,
        request: Request<FinishLoginRequest>,
    ) -> Result<Response<FinishLoginResponse>, Status> {
        Ok(Response::new(self.0.finish_login(request.into_inner()).await?))
    }

    async fn unlink_identity(&self, request: Request<UnlinkIdentityRequest>) -> Result<Response<Done>, Status> {
        let caller = Asking::of(&request, &self.0.verifier).await?;
        let UnlinkIdentityRequest { provider, origin } = request.into_inner();
        self.0.unlink(caller.person, &provider, &origin).await?;
        Ok(Response::new(Done {}))
    }

    async fn forget_tenant(&self, request: Request<ForgetTenantRequest>) -> Result<Response<Done>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        self.0.forget_tenant(&request.into_inner().tenant_id).await?;
        Ok(Response::new(Done {}))
    }

    async fn forget_user(&self, request: Request<ForgetUserRequest>) -> Result<Response<ForgetUserResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        Ok(Response::new(self.0.forget(&request.into_inner().user_id).await?))
    }
}

/// The caller's own token, to ask the write side with.
fn bearer<T>(request: &Request<T>) -> String {
    let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

/// A person who is signed in, at home, and the sign-in they ask by.
struct Asking {
    person: Person,
    family: Option<FamilyId>,
}

impl Asking {
    #[allow(clippy::result_large_err, reason = "as all of tonic")]
    async fn of<T: Sync>(request: &Request<T>, verifier: &Verifier) -> Result<Self, Status> {
        let claims = caller(request, verifier).await?;
        if claims.standing.scopes.is_some() {
            return Err(Error::PersonRequired.into());
        }
        let (user, tenant) = claims.require_person()?;
        let person = (user, claims.home().unwrap_or(tenant));
        Ok(Self { person, family: claims.family.and_then(|family| family.parse().ok()) })
    }
}

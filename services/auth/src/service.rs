//! The rpcs of `AuthService`, each in a file of its own.

use std::sync::Arc;

use anyhow::Context;
use redis::aio::ConnectionManager;
use rpc::auth::v1::auth_service_server::{AuthService, AuthServiceServer};
use rpc::auth::v1::{
    ConfirmPasswordRequest, ConfirmPasswordResponse, CreateApiKeyRequest, CreateApiKeyResponse, ExchangeRequest,
    ExchangeResponse, ForgetUserRequest, ForgetUserResponse, ListDevicesRequest, ListDevicesResponse, RefreshRequest,
    RevokeRequest, RevokeResponse, ServiceTokenRequest, ServiceTokenResponse, SignInRequest, SignUpRequest, SignedIn,
    StandingChangedRequest, StandingChangedResponse, SwitchTenantRequest,
};
use rpc::identity::{Claims, Signer, Verifier, caller};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::administrators::Administrators;
use crate::password::Hasher;
use crate::throttle::Throttle;
use crate::{Config, Error, FamilyId, News, Parts, Revocations, housekeeping};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Auth(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub config: Config,
    pub pool: PgPool,
    pub command: rpc::Command,
    pub signer: Signer,
    /// Checks what it has signed itself.
    pub verifier: Verifier,
    pub hasher: Hasher,
    pub throttle: Throttle,
    pub revocations: Revocations,
    pub redis: Option<ConnectionManager>,
    pub administrators: Administrators,
}

impl Auth {
    /// Fails only on a configuration that cannot be used.
    pub fn new(config: Config, parts: Parts) -> anyhow::Result<Self> {
        config.check()?;
        let Parts { pool, command, redis, signer, revocations } = parts;
        let hasher = Hasher::new(&config)?;
        let verifier = Verifier::new([signer.public_key().as_str()])?;
        let throttle = Throttle::new(&config, redis.clone());
        let administrators = Administrators::default();
        let inner =
            Inner { config, pool, command, signer, verifier, hasher, throttle, revocations, redis, administrators };
        Ok(Self(Arc::new(inner)))
    }

    /// Runs until `shutdown`: see [`crate::serve`].
    pub async fn serve(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        self.serve_with(None, shutdown).await
    }

    /// Likewise; with `tls`, only processes with a certificate of our authority may call.
    pub async fn serve_with(self, tls: Option<tls::Internal>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let housekeeping = housekeeping::run(&self.0, &shutdown);
        let (served, ()) = tokio::join!(self.clone().listen(tls, &shutdown), housekeeping);
        served
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
    pub fn service_token(&self) -> Result<String, Error> {
        self.sign(&Claims::service("auth", self.internal_end()))
    }

    /// When an internal token made now ends, Unix seconds.
    pub fn internal_end(&self) -> i64 {
        chrono::Utc::now().timestamp() + self.config.internal.as_secs() as i64
    }

    pub fn sign(&self, claims: &Claims) -> Result<String, Error> {
        Ok(self.signer.sign(claims).context("an internal token could not be signed")?)
    }

    /// Everyone who holds something of this family must let go of it.
    pub async fn announce(&self, family: FamilyId) {
        self.tell(News::Over(family)).await;
    }

    /// Everyone who remembers this family hears the news.
    pub async fn tell(&self, news: News) {
        self.revocations.tell(news);
        let Some(mut redis) = self.redis.clone() else { return };
        let told = tokio::time::timeout(self.config.redis_timeout, Revocations::publish(&mut redis, news)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!("other processes hear of {news} only when they ask");
        }
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
        Ok(Response::new(self.0.hand_out_service_token(&request.into_inner())?))
    }

    async fn confirm_password(
        &self,
        request: Request<ConfirmPasswordRequest>,
    ) -> Result<Response<ConfirmPasswordResponse>, Status> {
        let (user, _) = caller(&request, &self.0.verifier)?.require_person()?;
        self.0.confirm_password(user, request.into_inner().password).await?;
        Ok(Response::new(ConfirmPasswordResponse {}))
    }

    async fn switch_tenant(&self, request: Request<SwitchTenantRequest>) -> Result<Response<SignedIn>, Status> {
        let claims = caller(&request, &self.0.verifier)?;
        Ok(Response::new(self.0.switch_tenant(&claims, request.into_inner()).await?))
    }

    async fn create_api_key(
        &self,
        request: Request<CreateApiKeyRequest>,
    ) -> Result<Response<CreateApiKeyResponse>, Status> {
        let claims = caller(&request, &self.0.verifier)?;
        let token = bearer(&request);
        Ok(Response::new(self.0.create_api_key(&claims, &token, request.into_inner()).await?))
    }

    async fn standing_changed(
        &self,
        request: Request<StandingChangedRequest>,
    ) -> Result<Response<StandingChangedResponse>, Status> {
        let claims = caller(&request, &self.0.verifier)?;
        self.0.standing_changed(&claims, request.into_inner()).await?;
        Ok(Response::new(StandingChangedResponse {}))
    }

    async fn list_devices(
        &self,
        request: Request<ListDevicesRequest>,
    ) -> Result<Response<ListDevicesResponse>, Status> {
        let (user, _) = caller(&request, &self.0.verifier)?.require_person()?;
        Ok(Response::new(ListDevicesResponse { devices: self.0.devices(user).await? }))
    }

    async fn forget_user(&self, request: Request<ForgetUserRequest>) -> Result<Response<ForgetUserResponse>, Status> {
        caller(&request, &self.0.verifier)?.require_service()?;
        Ok(Response::new(self.0.forget(&request.into_inner().user_id).await?))
    }
}

/// The caller's own token, to ask the write side with.
fn bearer<T>(request: &Request<T>) -> String {
    let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

//! The rpcs of `AuthService`, each in a file of its own.

use rpc::auth::v1::auth_service_server::AuthService;
#[allow(clippy::wildcard_imports, reason = "the service names every message of the contract")]
use rpc::auth::v1::*;
use rpc::identity::{KeySource, caller};
use tonic::{Request, Response, Status};

use crate::asking::{Asking, bearer};
use crate::devices::Which;
use crate::service::Auth;
use crate::{Error, FamilyId};

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

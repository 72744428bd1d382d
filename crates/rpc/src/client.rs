//! One handle per service. In one process a call stays in the process; split, it goes over the wire.

use std::sync::Arc;
use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::auth::v1::{self as auth, auth_service_client::AuthServiceClient, auth_service_server::AuthService};
use crate::command::v1::{
    self as command, command_service_client::CommandServiceClient, command_service_server::CommandService,
};
use crate::fault;
use crate::identity::KeySource;
use crate::wire;

/// Opens a channel on first use and again after a break.
pub fn connect(url: &str, timeout: Duration) -> Result<Channel, tonic::transport::Error> {
    Ok(Endpoint::from_shared(url.to_owned())?
        .connect_timeout(timeout)
        .timeout(timeout)
        .tcp_nodelay(true)
        .connect_lazy())
}

/// Likewise, over mutual TLS. The URL's scheme says nothing: what is spoken with `tls` is never in the clear.
pub fn connect_securely(url: &str, timeout: Duration, tls: tls::Internal) -> Result<Channel, tonic::transport::Error> {
    let endpoint = Endpoint::from_shared(url.to_owned())?.connect_timeout(timeout).timeout(timeout);
    let connector = tower::service_fn(move |uri| wire::connect(uri, tls.clone()));
    Ok(endpoint.connect_with_connector_lazy(connector))
}

fn with_token<T>(message: T, token: &str) -> Result<Request<T>, Status> {
    let mut request = Request::new(message);
    if !token.is_empty() {
        let value: MetadataValue<Ascii> = format!("Bearer {token}")
            .parse()
            .map_err(|_| Status::unauthenticated("the internal token is not ASCII"))?;
        request.metadata_mut().insert("authorization", value);
    }
    Ok(request)
}

/// A connection that broke in the middle is somebody who is away. Only what happened on our side has a source.
fn unbroken(status: Status) -> Status {
    let ours = std::error::Error::source(&status).is_some();
    match status.code() {
        Code::Unknown | Code::Internal | Code::Cancelled if ours => {
            fault(Code::Unavailable, "unavailable", "the connection broke")
        }
        _ => status,
    }
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $server:ident, $client:ident, $module:ident, { $($method:ident: $request:ident => $answer:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub enum $name {
            Local(Arc<dyn $server>),
            Remote($client<Channel>),
        }

        impl $name {
            pub fn local(service: impl $server) -> Self {
                Self::Local(Arc::new(service))
            }

            pub fn remote(channel: Channel) -> Self {
                Self::Remote($client::new(channel))
            }

            $(
                /// See the service's proto file. `token`: the caller's internal token.
                pub async fn $method(&self, message: $module::$request, token: &str) -> Result<$module::$answer, Status> {
                    let request = with_token(message, token)?;
                    let answer = match self {
                        Self::Local(service) => service.$method(request).await,
                        Self::Remote(client) => client.clone().$method(request).await.map_err(unbroken),
                    };
                    answer.map(tonic::Response::into_inner)
                }
            )*
        }
    };
}

handle!(
    /// The write side.
    Command, CommandService, CommandServiceClient, command, {
        register_user: RegisterUserRequest => RegisterUserResponse,
        find_user_by_email: FindUserByEmailRequest => FindUserByEmailResponse,
        change_profile: ChangeProfileRequest => Accepted,
        note_account: NoteAccountRequest => Accepted,
        describe_user: DescribeUserRequest => DescribeUserResponse,
        erase_me: EraseMeRequest => EraseMeResponse,
        change_user: ChangeUserRequest => Accepted,
        end_sign_ins: EndSignInsRequest => Accepted,
        erase_user: EraseUserRequest => EraseMeResponse,
        describe_standing: DescribeStandingRequest => DescribeStandingResponse,
        create_tenant: CreateTenantRequest => CreateTenantResponse,
        rename_tenant: RenameTenantRequest => Accepted,
        invite_member: InviteMemberRequest => InviteMemberResponse,
        renew_invite: RenewInviteRequest => InviteMemberResponse,
        revoke_invite: RevokeInviteRequest => Accepted,
        check_invite: CheckInviteRequest => CheckInviteResponse,
        accept_invite: AcceptInviteRequest => AcceptInviteResponse,
        change_member_role: ChangeMemberRoleRequest => Accepted,
        remove_member: RemoveMemberRequest => Accepted,
        create_api_key: CreateApiKeyRequest => CreateApiKeyResponse,
        revoke_api_key: RevokeApiKeyRequest => Accepted,
        set_login_provider: SetLoginProviderRequest => Accepted,
        remove_login_provider: RemoveLoginProviderRequest => Accepted,
        admit_member: AdmitMemberRequest => AdmitMemberResponse,
        create_project: CreateProjectRequest => CreateProjectResponse,
        rename_project: RenameProjectRequest => Accepted,
        delete_project: DeleteProjectRequest => Accepted,
        share_project: ShareProjectRequest => Accepted,
        unshare_project: UnshareProjectRequest => Accepted,
        open_session: OpenSessionRequest => OpenSessionResponse,
        rename_session: RenameSessionRequest => Accepted,
        delete_session: DeleteSessionRequest => Accepted,
        post_message: PostMessageRequest => PostMessageResponse,
        cancel_generation: CancelGenerationRequest => Accepted,
        import_files: ImportFilesRequest => NewVersion,
        restore_version: RestoreVersionRequest => NewVersion,
        note_audit_read: NoteAuditReadRequest => Accepted,
        note_accounts_read: NoteAccountsReadRequest => Accepted,
        describe_session: DescribeSessionRequest => DescribeSessionResponse,
        may_watch: MayWatchRequest => MayWatchResponse,
        past_project: PastRequest => PastProjectResponse,
        past_session: PastRequest => PastSessionResponse,
        past_messages: PastListRequest => PastMessagesResponse,
        past_versions: PastListRequest => PastVersionsResponse,
        past_version: PastVersionRequest => PastVersionResponse,
        replay_generation: ReplayGenerationRequest => ReplayGenerationResponse,
        renew_lease: RenewLeaseRequest => RenewLeaseResponse,
        load_conversation: LoadConversationRequest => LoadConversationResponse,
        start_generation: StartGenerationRequest => StartGenerationResponse,
        complete_generation: EndGenerationRequest => Accepted,
        fail_generation: EndGenerationRequest => Accepted,
        end_cancelled: EndGenerationRequest => Accepted,
        abandon_attempt: AbandonAttemptRequest => Accepted,
    }
);

handle!(
    /// Sign-in and tokens.
    Auth, AuthService, AuthServiceClient, auth, {
        sign_up: SignUpRequest => SignedIn,
        sign_in: SignInRequest => SignedIn,
        refresh: RefreshRequest => SignedIn,
        revoke: RevokeRequest => RevokeResponse,
        exchange: ExchangeRequest => ExchangeResponse,
        service_token: ServiceTokenRequest => ServiceTokenResponse,
        switch_tenant: SwitchTenantRequest => SignedIn,
        create_api_key: CreateApiKeyRequest => CreateApiKeyResponse,
        standing_changed: StandingChangedRequest => StandingChangedResponse,
        mail_invite: MailInviteRequest => MailInviteResponse,
        set_login: SetLoginRequest => TenantProvider,
        remove_login: RemoveLoginRequest => Done,
        list_logins: Nothing => ListLoginsResponse,
        forget_tenant: ForgetTenantRequest => Done,
        confirm_password: ConfirmPasswordRequest => ConfirmPasswordResponse,
        list_token_keys: Nothing => TokenKeySet,
        list_devices: ListDevicesRequest => ListDevicesResponse,
        forget_user: ForgetUserRequest => ForgetUserResponse,
        forgot_password: AddressRequest => Done,
        reset_password: ResetPasswordRequest => Done,
        change_password: ChangePasswordRequest => Done,
        verify_email: VerifyEmailRequest => Done,
        resend_verification: Nothing => Done,
        send_code: AddressRequest => Done,
        verify_code: VerifyCodeRequest => SignedIn,
        enroll_factor: EnrollFactorRequest => EnrollFactorResponse,
        confirm_factor: ConfirmFactorRequest => ConfirmFactorResponse,
        verify_factor: VerifyFactorRequest => SignedIn,
        remove_factor: RemoveFactorRequest => Done,
        describe_account: Nothing => DescribeAccountResponse,
        list_providers: ListProvidersRequest => ListProvidersResponse,
        begin_login: BeginLoginRequest => BeginLoginResponse,
        begin_link: BeginLinkRequest => BeginLoginResponse,
        finish_login: FinishLoginRequest => FinishLoginResponse,
        unlink_identity: UnlinkIdentityRequest => Done,
        end_device: EndDeviceRequest => Done,
        sign_out_everywhere: SignOutEverywhereRequest => SignOutEverywhereResponse,
    }
);

#[tonic::async_trait]
impl KeySource for Auth {
    async fn key_set(&self) -> Result<String, Status> {
        Ok(self.list_token_keys(auth::Nothing {}, "").await?.jwks)
    }
}

//! The gRPC face of the write side: who calls, then one function per command.

use domain::Aggregate;
use rpc::command::v1::command_service_server::CommandService;
#[allow(clippy::wildcard_imports, reason = "the table below names every message of the contract")]
use rpc::command::v1::*;
use rpc::fault;
use rpc::identity::caller;
use serde_json::{Value, json};
use store::Call;
use tonic::{Code, Request, Response, Status};

use crate::end_generation::Ending;
use crate::error::status;
use crate::{
    Commands, access, accounts, administration, conversation, end_generation, inspections, leases, past, projects,
    replay, sessions, start_generation, tenants, users,
};

impl Commands {
    /// Executes a command whose only answer is the aggregate's new version.
    pub(crate) async fn accepted<A: Aggregate>(
        &self,
        call: &Call,
        id: &str,
        command: A::Command,
    ) -> Result<Accepted, Status>
    where
        A::Command: Clone,
    {
        let answer = |done: &store::Executed<A>| json!({ "version": done.version });
        let done = self.store.execute::<A>(call, id, command, answer).await.map_err(status)?;
        Ok(Accepted { version: number(&done.answer, "version")? })
    }
}

/// A text of a stored answer; a repeat gets the same one as the first call.
pub fn answered(answer: &Value, field: &str) -> Result<String, Status> {
    let text = answer.get(field).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| fault(Code::Internal, "internal", "internal error"))
}

/// A number of a stored answer.
pub fn number(answer: &Value, field: &str) -> Result<i64, Status> {
    let number = answer.get(field).and_then(Value::as_i64);
    number.ok_or_else(|| fault(Code::Internal, "internal", "internal error"))
}

macro_rules! commands {
    ($($method:ident($request:ty) -> $answer:ty = $handle:path $(, $extra:expr)?;)*) => {
        #[async_trait::async_trait]
        impl CommandService for Commands {
            $(async fn $method(&self, request: Request<$request>) -> Result<Response<$answer>, Status> {
                let claims = caller(&request, &self.verifier).await?;
                let answer = $handle(self, &claims, request.into_inner() $(, $extra)?).await;
                metrics::counter!("atelier_commands_total", "command" => stringify!($method),
                    "outcome" => answer.as_ref().map_or_else(|no| rpc::stable_code(no).to_owned(), |_| "ok".to_owned()))
                    .increment(1);
                answer.map(Response::new)
            })*
        }
    };
}

commands! {
    register_user(RegisterUserRequest) -> RegisterUserResponse = users::register;
    find_user_by_email(FindUserByEmailRequest) -> FindUserByEmailResponse = users::find_by_email;
    change_profile(ChangeProfileRequest) -> Accepted = users::change_profile;
    note_account(NoteAccountRequest) -> Accepted = accounts::note;
    describe_user(DescribeUserRequest) -> DescribeUserResponse = accounts::describe;
    erase_me(EraseMeRequest) -> EraseMeResponse = users::erase_me;

    change_user(ChangeUserRequest) -> Accepted = administration::change;
    end_sign_ins(EndSignInsRequest) -> Accepted = administration::end_sign_ins;
    erase_user(EraseUserRequest) -> EraseMeResponse = administration::erase;

    describe_standing(DescribeStandingRequest) -> DescribeStandingResponse = tenants::standing::describe;
    create_tenant(CreateTenantRequest) -> CreateTenantResponse = tenants::create;
    rename_tenant(RenameTenantRequest) -> Accepted = tenants::rename;
    invite_member(InviteMemberRequest) -> InviteMemberResponse = tenants::invites::invite;
    renew_invite(RenewInviteRequest) -> InviteMemberResponse = tenants::invites::renew;
    revoke_invite(RevokeInviteRequest) -> Accepted = tenants::invites::revoke;
    check_invite(CheckInviteRequest) -> CheckInviteResponse = tenants::invites::check;
    accept_invite(AcceptInviteRequest) -> AcceptInviteResponse = tenants::invites::accept;
    change_member_role(ChangeMemberRoleRequest) -> Accepted = tenants::members::change_role;
    remove_member(RemoveMemberRequest) -> Accepted = tenants::members::remove;
    create_api_key(CreateApiKeyRequest) -> CreateApiKeyResponse = tenants::api_keys::create;
    revoke_api_key(RevokeApiKeyRequest) -> Accepted = tenants::api_keys::revoke;
    set_login_provider(SetLoginProviderRequest) -> Accepted = tenants::login::set;
    remove_login_provider(RemoveLoginProviderRequest) -> Accepted = tenants::login::remove;
    admit_member(AdmitMemberRequest) -> AdmitMemberResponse = tenants::login::admit;

    create_project(CreateProjectRequest) -> CreateProjectResponse = projects::create;
    rename_project(RenameProjectRequest) -> Accepted = projects::rename;
    delete_project(DeleteProjectRequest) -> Accepted = projects::delete;
    share_project(ShareProjectRequest) -> Accepted = projects::sharing::share;
    unshare_project(UnshareProjectRequest) -> Accepted = projects::sharing::unshare;

    open_session(OpenSessionRequest) -> OpenSessionResponse = sessions::open;
    rename_session(RenameSessionRequest) -> Accepted = sessions::rename;
    delete_session(DeleteSessionRequest) -> Accepted = sessions::delete;
    post_message(PostMessageRequest) -> PostMessageResponse = sessions::post;
    cancel_generation(CancelGenerationRequest) -> Accepted = sessions::cancel;
    import_files(ImportFilesRequest) -> NewVersion = sessions::import;
    restore_version(RestoreVersionRequest) -> NewVersion = sessions::restore;
    note_audit_read(NoteAuditReadRequest) -> Accepted = inspections::note;
    note_accounts_read(NoteAccountsReadRequest) -> Accepted = inspections::note_accounts;
    describe_session(DescribeSessionRequest) -> DescribeSessionResponse = sessions::describe;
    may_watch(MayWatchRequest) -> MayWatchResponse = access::may_watch;

    past_project(PastRequest) -> PastProjectResponse = past::project_at;
    past_session(PastRequest) -> PastSessionResponse = past::session;
    past_messages(PastListRequest) -> PastMessagesResponse = past::messages;
    past_versions(PastListRequest) -> PastVersionsResponse = past::versions;
    past_version(PastVersionRequest) -> PastVersionResponse = past::version;
    replay_generation(ReplayGenerationRequest) -> ReplayGenerationResponse = replay::generation;

    renew_lease(RenewLeaseRequest) -> RenewLeaseResponse = leases::renew;
    load_conversation(LoadConversationRequest) -> LoadConversationResponse = conversation::load;
    start_generation(StartGenerationRequest) -> StartGenerationResponse = start_generation::handle;
    complete_generation(EndGenerationRequest) -> Accepted = end_generation::handle, Ending::Completed;
    fail_generation(EndGenerationRequest) -> Accepted = end_generation::handle, Ending::Failed;
    end_cancelled(EndGenerationRequest) -> Accepted = end_generation::handle, Ending::Cancelled;
    abandon_attempt(AbandonAttemptRequest) -> Accepted = end_generation::abandon;
}

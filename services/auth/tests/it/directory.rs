//! The write side as auth sees it: who claimed which address. It can be made to fail between the two writes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use rpc::command::v1::command_service_server::CommandService;
use rpc::command::v1::note_account_request::Change;
use rpc::command::v1::*;
use rpc::fault;
use rpc::identity::{Verifier, caller};
use tonic::{Code, Request, Response, Status};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Fine,
    /// Cannot be reached.
    Down,
    /// Registers, and then its answer is lost.
    LosesAnswers,
    /// Has no ear for what becomes of accounts.
    HearsNothing,
}

#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    mood: Mutex<Mood>,
    people: Mutex<HashMap<String, (String, String)>>,
    /// What somebody is in a tenant, where it is not what they came with.
    roles: Mutex<HashMap<(String, String), &'static str>>,
    /// Scopes by key.
    keys: Mutex<HashMap<String, Vec<String>>>,
    noted: Mutex<Vec<(String, Change)>>,
    /// What somebody becomes by a provider without an invite.
    rules: Mutex<HashMap<String, String>>,
    /// Tenant and address.
    invites: Mutex<Vec<(String, String)>>,
    /// Idempotency keys.
    told: Mutex<HashSet<String>>,
}

impl Directory {
    pub fn new(verifier: Verifier) -> Self {
        Self(Arc::new(Inner {
            verifier,
            mood: Mutex::new(Mood::Fine),
            people: Mutex::default(),
            roles: Mutex::default(),
            keys: Mutex::default(),
            noted: Mutex::default(),
            rules: Mutex::default(),
            invites: Mutex::default(),
            told: Mutex::default(),
        }))
    }

    pub fn is(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    pub fn user_of(&self, email: &str) -> Option<String> {
        self.0.people.lock().unwrap().get(email).map(|(user, _)| user.clone())
    }

    /// From now on they are this in that tenant; nothing: they do not belong to it.
    pub fn makes(&self, user: &str, role: &'static str, tenant: &str) {
        self.0.roles.lock().unwrap().insert((user.to_owned(), tenant.to_owned()), role);
    }

    pub fn invites(&self, tenant: &str, email: &str) {
        self.0.invites.lock().unwrap().push((tenant.to_owned(), email.to_owned()));
    }

    pub fn revokes_key(&self, key: &str) {
        self.0.keys.lock().unwrap().remove(key);
    }

    /// What auth told about somebody, in order.
    pub fn noted(&self, user: &str) -> Vec<Change> {
        let noted = self.0.noted.lock().unwrap();
        noted.iter().filter(|(known, _)| known == user).map(|(_, change)| change.clone()).collect()
    }

    fn mood(&self) -> Result<Mood, Status> {
        match *self.0.mood.lock().unwrap() {
            Mood::Down => Err(fault(Code::Unavailable, "unavailable", "the event store cannot be reached")),
            mood => Ok(mood),
        }
    }
}

macro_rules! not_played {
    ($($method:ident: $request:ty => $answer:ty),* $(,)?) => {
        #[tonic::async_trait]
        impl CommandService for Directory {
            async fn register_user(&self, request: Request<RegisterUserRequest>) -> Result<Response<RegisterUserResponse>, Status> {
                self.register(request).await
            }

            async fn find_user_by_email(&self, request: Request<FindUserByEmailRequest>) -> Result<Response<FindUserByEmailResponse>, Status> {
                self.find(request).await
            }

            async fn describe_standing(&self, request: Request<DescribeStandingRequest>) -> Result<Response<DescribeStandingResponse>, Status> {
                self.standing(request).await
            }

            async fn check_invite(&self, _: Request<CheckInviteRequest>) -> Result<Response<CheckInviteResponse>, Status> {
                Err(fault(Code::NotFound, "not_found", "there is no such invite"))
            }

            async fn create_api_key(&self, request: Request<CreateApiKeyRequest>) -> Result<Response<CreateApiKeyResponse>, Status> {
                self.create_key(request).await
            }

            async fn note_account(&self, request: Request<NoteAccountRequest>) -> Result<Response<Accepted>, Status> {
                self.note(request).await
            }

            async fn describe_user(&self, request: Request<DescribeUserRequest>) -> Result<Response<DescribeUserResponse>, Status> {
                self.describe(request).await
            }

            async fn set_login_provider(&self, request: Request<SetLoginProviderRequest>) -> Result<Response<Accepted>, Status> {
                caller(&request, &self.0.verifier).await?.require_person()?;
                let SetLoginProviderRequest { provider_id, joins, .. } = request.into_inner();
                self.0.rules.lock().unwrap().insert(provider_id, joins);
                Ok(Response::new(Accepted { version: 2 }))
            }

            async fn remove_login_provider(&self, request: Request<RemoveLoginProviderRequest>) -> Result<Response<Accepted>, Status> {
                caller(&request, &self.0.verifier).await?.require_person()?;
                self.0.rules.lock().unwrap().remove(&request.into_inner().provider_id);
                Ok(Response::new(Accepted { version: 2 }))
            }

            async fn admit_member(&self, request: Request<AdmitMemberRequest>) -> Result<Response<AdmitMemberResponse>, Status> {
                self.admit(request).await
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$answer>, Status> {
                Err(Status::unimplemented("auth has no business here"))
            })*
        }
    };
}

impl Directory {
    async fn register(&self, request: Request<RegisterUserRequest>) -> Result<Response<RegisterUserResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        let mood = self.mood()?;
        let RegisterUserRequest { user_id, tenant_id, email, .. } = request.into_inner();
        let mut people = self.0.people.lock().unwrap();
        if people.get(&email).is_some_and(|(user, _)| *user != user_id) {
            return Err(fault(Code::AlreadyExists, "already_taken", "this email is taken"));
        }
        people.insert(email, (user_id.clone(), tenant_id.clone()));
        if mood == Mood::LosesAnswers {
            return Err(fault(Code::Unavailable, "unavailable", "the answer is lost"));
        }
        Ok(Response::new(RegisterUserResponse { user_id, tenant_id, version: 1 }))
    }

    /// Somebody who registered owns the tenant they came with.
    async fn standing(
        &self,
        request: Request<DescribeStandingRequest>,
    ) -> Result<Response<DescribeStandingResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        self.mood()?;
        let DescribeStandingRequest { user_id, tenant_id, api_key_id, .. } = request.into_inner();
        let people = self.0.people.lock().unwrap();
        let home = people.values().any(|(user, tenant)| *user == user_id && *tenant == tenant_id);
        let role = self.0.roles.lock().unwrap().get(&(user_id, tenant_id)).copied();
        let role = role.unwrap_or(if home { "owner" } else { "" }).to_owned();
        let scopes = self.0.keys.lock().unwrap().get(&api_key_id).cloned();
        let role = if api_key_id.is_empty() || scopes.is_some() { role } else { String::new() };
        let scopes = scopes.unwrap_or_default();
        Ok(Response::new(DescribeStandingResponse { role, scopes, tier: "free".into(), ..Default::default() }))
    }

    /// By an invite, once; or by the rule.
    async fn admit(&self, request: Request<AdmitMemberRequest>) -> Result<Response<AdmitMemberResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        let AdmitMemberRequest { tenant_id, provider_id, email, user_id, .. } = request.into_inner();
        let (rules, mut invites) = (self.0.rules.lock().unwrap(), self.0.invites.lock().unwrap());
        let invited = invites.iter().position(|invite| *invite == (tenant_id.clone(), email.clone()));
        if invited.is_none() && rules[&provider_id].is_empty() {
            return Err(fault(Code::PermissionDenied, "forbidden", "it takes an invite to come in here"));
        }
        if !user_id.is_empty() {
            invited.map(|place| invites.remove(place));
            self.makes(&user_id, "member", &tenant_id);
        }
        Ok(Response::new(AdmitMemberResponse { version: 3 }))
    }

    async fn create_key(
        &self,
        request: Request<CreateApiKeyRequest>,
    ) -> Result<Response<CreateApiKeyResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_person()?;
        self.mood()?;
        let CreateApiKeyRequest { api_key_id, scopes, .. } = request.into_inner();
        self.0.keys.lock().unwrap().insert(api_key_id.clone(), scopes);
        Ok(Response::new(CreateApiKeyResponse { api_key_id, version: 2, created_at_micros: 0 }))
    }

    async fn note(&self, request: Request<NoteAccountRequest>) -> Result<Response<Accepted>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        let mood = self.mood()?;
        let request = request.into_inner();
        if mood == Mood::HearsNothing {
            return Err(fault(Code::Unavailable, "unavailable", "not now"));
        }
        let key = request.write.unwrap_or_default().idempotency_key;
        let mut noted = self.0.noted.lock().unwrap();
        // The same key is the same call.
        if key.is_empty() || self.0.told.lock().unwrap().insert(key) {
            noted.push((request.user_id, request.change.unwrap()));
        }
        drop(noted);
        if mood == Mood::LosesAnswers {
            return Err(fault(Code::Unavailable, "unavailable", "the answer is lost"));
        }
        Ok(Response::new(Accepted { version: 2 }))
    }

    async fn describe(&self, request: Request<DescribeUserRequest>) -> Result<Response<DescribeUserResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        self.mood()?;
        let people = self.0.people.lock().unwrap();
        let user = request.into_inner().user_id;
        let email = people.iter().find(|(_, (id, _))| *id == user).map(|(email, _)| email.clone());
        Ok(Response::new(DescribeUserResponse { email: email.unwrap_or_default(), name: "Alice".to_owned() }))
    }

    async fn find(
        &self,
        request: Request<FindUserByEmailRequest>,
    ) -> Result<Response<FindUserByEmailResponse>, Status> {
        caller(&request, &self.0.verifier).await?.require_service()?;
        self.mood()?;
        let people = self.0.people.lock().unwrap();
        let (user_id, tenant_id) = people.get(&request.into_inner().email).cloned().unwrap_or_default();
        Ok(Response::new(FindUserByEmailResponse { user_id, tenant_id }))
    }
}

not_played! {
    change_profile: ChangeProfileRequest => Accepted,
    erase_me: EraseMeRequest => EraseMeResponse,
    change_user: ChangeUserRequest => Accepted,
    end_sign_ins: EndSignInsRequest => Accepted,
    erase_user: EraseUserRequest => EraseMeResponse,
    create_tenant: CreateTenantRequest => CreateTenantResponse,
    rename_tenant: RenameTenantRequest => Accepted,
    invite_member: InviteMemberRequest => InviteMemberResponse,
    renew_invite: RenewInviteRequest => InviteMemberResponse,
    revoke_invite: RevokeInviteRequest => Accepted,
    accept_invite: AcceptInviteRequest => AcceptInviteResponse,
    change_member_role: ChangeMemberRoleRequest => Accepted,
    remove_member: RemoveMemberRequest => Accepted,
    revoke_api_key: RevokeApiKeyRequest => Accepted,
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
    may_watch: MayWatchRequest => MayWatchResponse,
    describe_session: DescribeSessionRequest => DescribeSessionResponse,
    renew_lease: RenewLeaseRequest => RenewLeaseResponse,
    load_conversation: LoadConversationRequest => LoadConversationResponse,
    start_generation: StartGenerationRequest => StartGenerationResponse,
    complete_generation: EndGenerationRequest => Accepted,
    fail_generation: EndGenerationRequest => Accepted,
    end_cancelled: EndGenerationRequest => Accepted,
    abandon_attempt: AbandonAttemptRequest => Accepted,
    past_project: PastRequest => PastProjectResponse,
    past_session: PastRequest => PastSessionResponse,
    past_messages: PastListRequest => PastMessagesResponse,
    past_versions: PastListRequest => PastVersionsResponse,
    past_version: PastVersionRequest => PastVersionResponse,
    replay_generation: ReplayGenerationRequest => ReplayGenerationResponse,
}

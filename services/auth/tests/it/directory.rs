//! The write side as auth sees it: who claimed which address. It can be made to fail between the two writes.

use std::collections::HashMap;
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
}

#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    mood: Mutex<Mood>,
    people: Mutex<HashMap<String, (String, String)>>,
    noted: Mutex<Vec<(String, Change)>>,
}

impl Directory {
    pub fn new(verifier: Verifier) -> Self {
        Self(Arc::new(Inner {
            verifier,
            mood: Mutex::new(Mood::Fine),
            people: Mutex::default(),
            noted: Mutex::default(),
        }))
    }

    pub fn is(&self, mood: Mood) {
        *self.0.mood.lock().unwrap() = mood;
    }

    pub fn user_of(&self, email: &str) -> Option<String> {
        self.0.people.lock().unwrap().get(email).map(|(user, _)| user.clone())
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
                self.register(request)
            }

            async fn find_user_by_email(&self, request: Request<FindUserByEmailRequest>) -> Result<Response<FindUserByEmailResponse>, Status> {
                self.find(request)
            }

            async fn note_account(&self, request: Request<NoteAccountRequest>) -> Result<Response<Accepted>, Status> {
                self.note(request)
            }

            async fn describe_user(&self, request: Request<DescribeUserRequest>) -> Result<Response<DescribeUserResponse>, Status> {
                self.describe(request)
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$answer>, Status> {
                Err(Status::unimplemented("auth has no business here"))
            })*
        }
    };
}

impl Directory {
    #[allow(clippy::result_large_err)]
    fn register(&self, request: Request<RegisterUserRequest>) -> Result<Response<RegisterUserResponse>, Status> {
        caller(&request, &self.0.verifier)?.require_service()?;
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

    #[allow(clippy::result_large_err)]
    fn note(&self, request: Request<NoteAccountRequest>) -> Result<Response<Accepted>, Status> {
        caller(&request, &self.0.verifier)?.require_service()?;
        self.mood()?;
        let request = request.into_inner();
        self.0.noted.lock().unwrap().push((request.user_id, request.change.unwrap()));
        Ok(Response::new(Accepted { version: 2 }))
    }

    #[allow(clippy::result_large_err)]
    fn describe(&self, request: Request<DescribeUserRequest>) -> Result<Response<DescribeUserResponse>, Status> {
        caller(&request, &self.0.verifier)?.require_service()?;
        self.mood()?;
        let people = self.0.people.lock().unwrap();
        let user = request.into_inner().user_id;
        let email = people.iter().find(|(_, (id, _))| *id == user).map(|(email, _)| email.clone());
        Ok(Response::new(DescribeUserResponse { email: email.unwrap_or_default(), name: "Alice".to_owned() }))
    }

    #[allow(clippy::result_large_err)]
    fn find(&self, request: Request<FindUserByEmailRequest>) -> Result<Response<FindUserByEmailResponse>, Status> {
        caller(&request, &self.0.verifier)?.require_service()?;
        self.mood()?;
        let people = self.0.people.lock().unwrap();
        let (user_id, tenant_id) = people.get(&request.into_inner().email).cloned().unwrap_or_default();
        Ok(Response::new(FindUserByEmailResponse { user_id, tenant_id }))
    }
}

not_played! {
    change_profile: ChangeProfileRequest => Accepted,
    erase_me: EraseMeRequest => EraseMeResponse,
    create_project: CreateProjectRequest => CreateProjectResponse,
    rename_project: RenameProjectRequest => Accepted,
    delete_project: DeleteProjectRequest => Accepted,
    open_session: OpenSessionRequest => OpenSessionResponse,
    rename_session: RenameSessionRequest => Accepted,
    delete_session: DeleteSessionRequest => Accepted,
    post_message: PostMessageRequest => PostMessageResponse,
    cancel_generation: CancelGenerationRequest => Accepted,
    import_files: ImportFilesRequest => NewVersion,
    restore_version: RestoreVersionRequest => NewVersion,
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

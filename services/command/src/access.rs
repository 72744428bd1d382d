//! What somebody may do with a session: theirs, or in a project that is shared with them.

use domain::session::Command;
use domain::{Project, ProjectId, ProjectRole, Rejection, Session, SessionId, TenantId, UserId};
use rpc::command::v1::{MayWatchRequest, MayWatchResponse};
use rpc::identity::Claims;
use serde_json::Value;
use store::{Call, Executed, Loaded};
use tonic::Status;

use crate::Commands;
use crate::error::{parse, status};

/// Whether somebody who watches a session may still: what the edge asks now and then for those whose it is not.
pub async fn may_watch(
    commands: &Commands,
    claims: &Claims,
    request: MayWatchRequest,
) -> Result<MayWatchResponse, Status> {
    claims.require_service()?;
    let (tenant, user) = (parse(&request.tenant_id)?, parse(&request.user_id)?);
    let seen = commands.session_of(tenant, user, parse(&request.session_id)?).await;
    match seen {
        Ok(_) => Ok(MayWatchResponse { may: true }),
        Err(no) if no.code() == tonic::Code::NotFound => Ok(MayWatchResponse { may: false }),
        Err(status) => Err(status),
    }
}

impl Commands {
    /// A session as it stands, and what this person may do there; nobody else's is there.
    pub(crate) async fn session_of(
        &self,
        tenant: TenantId,
        user: UserId,
        id: SessionId,
    ) -> Result<(Loaded<Session>, ProjectRole), Status> {
        let session = self.store.load::<Session>(tenant, &id.to_string()).await.map_err(status)?;
        let identity = session.state.live().map_err(|no| status(no.into()))?;
        if identity.owner == user {
            return Ok((session, ProjectRole::Owner));
        }
        let role = self.role_in(tenant, user, identity.project_id).await?;
        Ok((session, role))
    }

    /// What this person may do in a project; one that is not shared with them is not there.
    pub(crate) async fn role_in(
        &self,
        tenant: TenantId,
        user: UserId,
        project: ProjectId,
    ) -> Result<ProjectRole, Status> {
        let project = self.store.load::<Project>(tenant, &project.to_string()).await.map_err(status)?;
        project.state.role_of(user).ok_or_else(|| status(Rejection::NotYours.into()))
    }

    /// Carries out what a person asks of a session. Whether they may where it is not theirs is looked up only then.
    pub(crate) async fn execute_in_session(
        &self,
        call: &Call,
        claims: &Claims,
        id: SessionId,
        command: Command,
        answer: impl Fn(&Executed<Session>) -> Value + Send + Sync,
    ) -> Result<Executed<Session>, Status> {
        let key = id.to_string();
        match self.store.execute::<Session>(call, &key, command.clone(), &answer).await {
            Err(store::Error::Rejected(Rejection::NotYours)) => {
                let (user, tenant) = claims.require_person()?;
                let (_, role) = self.session_of(tenant, user, id).await?;
                let command = Command::Guest { role, command: Box::new(command) };
                self.store.execute::<Session>(call, &key, command, &answer).await.map_err(status)
            }
            done => done.map_err(status),
        }
    }
}

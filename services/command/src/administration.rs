//! What administrators of the system do to accounts.

use domain::user::{Command, SystemRole};
use domain::{Tier, User, UserId};
use rpc::command::v1::{Accepted, ChangeUserRequest, EndSignInsRequest, EraseMeResponse, EraseUserRequest, Write};
use rpc::fault;
use rpc::identity::Claims;
use tonic::{Code, Status};

use crate::error::{parse, status};
use crate::{Commands, call, users};

pub async fn change(commands: &Commands, claims: &Claims, mut request: ChangeUserRequest) -> Result<Accepted, Status> {
    let by = claims.require_administrator()?;
    let write = request.write.take();
    let tier = wished(&request.tier, &[Tier::Free, Tier::Premium], Tier::as_str, "tier")?;
    let role = wished(&request.role, &[SystemRole::User, SystemRole::Administrator], SystemRole::as_str, "role")?;
    let id = request.user_id.clone();
    let call = commands.call_about(by, &id, write, "users.change", &request).await?;
    commands.accepted::<User>(&call, &id, Command::ChangeStanding { by, tier, role }).await
}

pub async fn end_sign_ins(
    commands: &Commands,
    claims: &Claims,
    mut request: EndSignInsRequest,
) -> Result<Accepted, Status> {
    let by = claims.require_administrator()?;
    let (write, id) = (request.write.take(), request.user_id.clone());
    let call = commands.call_about(by, &id, write, "users.end_sign_ins", &request).await?;
    commands.accepted::<User>(&call, &id, Command::EndSignIns { by }).await
}

/// Their projects are erased with them, or stay with the organisation they are in.
pub async fn erase(
    commands: &Commands,
    claims: &Claims,
    mut request: EraseUserRequest,
) -> Result<EraseMeResponse, Status> {
    let by = claims.require_administrator()?;
    let (write, id) = (request.write.take(), request.user_id.clone());
    let call = commands.call_about(by, &id, write, "users.erase", &request).await?;
    users::erase(commands, &call, parse(&id)?, None).await
}

impl Commands {
    /// An administrator's write, in the tenant where the account is.
    pub(crate) async fn call_about(
        &self,
        by: UserId,
        id: &str,
        write: Option<Write>,
        operation: &'static str,
        body: &impl prost::Message,
    ) -> Result<store::Call, Status> {
        let user: UserId = parse(id)?;
        let home = self.store.home_of(user).await.map_err(status)?;
        let home = home.ok_or_else(|| fault(Code::NotFound, "not_found", "there is no such thing here"))?;
        Ok(call::with_write(home, by.to_string(), write, operation, body))
    }
}

fn wished<T: Copy>(
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    what: &'static str,
) -> Result<Option<T>, Status> {
    let unknown = || {
        let names: Vec<_> = all.iter().copied().map(name).collect();
        fault(Code::InvalidArgument, "unknown_value", format!("{what} is one of {}", names.join(", ")))
    };
    if text.is_empty() {
        return Ok(None);
    }
    all.iter().copied().find(|value| name(*value) == text).map(Some).ok_or_else(unknown)
}

//! How people sign in, as auth tells it. Auth proves and keeps; here it becomes an event.

use domain::user::{Change, Command, Device, Ended, Factor, HowChanged, Identity};
use domain::{TenantId, User, UserId};
use rpc::command::v1::note_account_request::Change as Told;
use rpc::command::v1::{Accepted, DescribeUserRequest, DescribeUserResponse, NoteAccountRequest};
use rpc::fault;
use rpc::identity::Claims;
use tonic::{Code, Status};

use crate::error::{parse, status};
use crate::{Commands, call};

pub async fn note(commands: &Commands, claims: &Claims, mut request: NoteAccountRequest) -> Result<Accepted, Status> {
    claims.require_service()?;
    let user: UserId = parse(&request.user_id)?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let write = request.write.take();
    let call = call::with_write(tenant, user.to_string(), write, "users.note_account", &request);
    let change = request.change.and_then(change).ok_or_else(unknown)?;
    commands.accepted::<User>(&call, &request.user_id, Command::Account(change)).await
}

pub async fn describe(
    commands: &Commands,
    claims: &Claims,
    request: DescribeUserRequest,
) -> Result<DescribeUserResponse, Status> {
    claims.require_service()?;
    let tenant: TenantId = parse(&request.tenant_id)?;
    let loaded = commands.store.load::<User>(tenant, &request.user_id).await.map_err(status)?;
    Ok(match loaded.state {
        User::Registered { name, account, .. } => DescribeUserResponse { email: account.email, name },
        User::Unknown | User::Erased { .. } => DescribeUserResponse::default(),
    })
}

fn change(told: Told) -> Option<Change> {
    Some(match told {
        Told::VerifyEmail(_) => Change::VerifyEmail,
        Told::PasswordChanged(how) => Change::ChangePassword { how: how_changed(&how)? },
        Told::FactorAdded(name) => Change::AddFactor { factor: factor(&name)? },
        Told::FactorRemoved(name) => Change::RemoveFactor { factor: factor(&name)? },
        Told::SignedIn(told) => Change::SignIn {
            device_id: told.device_id,
            method: told.method,
            factor: if told.factor.is_empty() { None } else { Some(factor(&told.factor)?) },
            device: Device { name: told.device },
        },
        Told::DeviceEnded(told) => Change::EndDevice { device_id: told.device_id, because: ended(&told.because)? },
        Told::IdentityLinked(told) => Change::LinkIdentity {
            provider: told.provider,
            identity: Identity { subject: told.subject, email: told.email },
        },
        Told::IdentityUnlinked(provider) => Change::UnlinkIdentity { provider },
    })
}

fn how_changed(name: &str) -> Option<HowChanged> {
    match name {
        "known" => Some(HowChanged::Known),
        "reset" => Some(HowChanged::Reset),
        _ => None,
    }
}

fn factor(name: &str) -> Option<Factor> {
    match name {
        "totp" => Some(Factor::Totp),
        "recovery" => Some(Factor::Recovery),
        _ => None,
    }
}

fn ended(name: &str) -> Option<Ended> {
    match name {
        "by_person" => Some(Ended::ByPerson),
        "password_changed" => Some(Ended::PasswordChanged),
        _ => None,
    }
}

fn unknown() -> Status {
    fault(Code::InvalidArgument, "unknown_change", "auth told a change that this version does not know")
}

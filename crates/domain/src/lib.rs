//! What can happen in Atelier, and what may not: ids, aggregates, commands, events, rejections.
//!
//! **Invariant:** nothing here does I/O. No runtime, no database, no clock: the time of a decision
//! and every new id arrive with the command.

mod aggregate;
mod budget;
pub mod failure;
mod files;
#[cfg(test)]
mod given;
mod ids;
pub mod inspection;
mod money;
mod path;
pub mod project;
mod rejection;
pub mod session;
pub mod tenant;
pub mod user;

pub use aggregate::{Aggregate, Claim, DecodeError, Event, KeyHolder, KeyOwners};
pub use budget::BudgetHolder;
pub use files::{FileChange, FileOp, MAX_CHANGE_BYTES, MAX_FILE_BYTES};
pub use ids::{
    ApiKeyId, EventId, GenerationId, InspectionId, InviteId, LoginProviderId, MessageId, ParseIdError, ProjectId,
    SessionId, TenantId, UserId, WorkerId,
};
pub use inspection::Inspection;
pub use money::{Cost, Usage};
pub use path::{BadPath, validate_path};
pub use project::{Project, ProjectRole};
pub use rejection::Rejection;
pub use session::Session;
pub use tenant::{Role, Scope, Tenant};
pub use user::{Standing, Tier, User};

//! What every role needs to run: logs and traces, the database pool of its owner, readiness, shutdown.

mod crash;
mod health;
mod pauses;
pub mod postgres;
mod shutdown;
pub mod telemetry;
pub mod trace;

pub use crash::{clock_is_ahead, crash_point};
pub use health::{Health, RoleHealth};
pub use pauses::Pauses;
pub use shutdown::signal;

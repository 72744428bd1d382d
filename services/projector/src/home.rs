//! Where a projection's tables lie: the live ones, or a copy beside them.

use std::borrow::Cow;

/// A schema with a projection's tables, its places and its parked records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// What people see.
    Live,
    /// A copy that is being filled.
    Next,
    /// What was live before the last exchange.
    Previous,
}

impl Home {
    pub(crate) const fn schema(self) -> &'static str {
        match self {
            Self::Live => "read",
            Self::Next => "read_next",
            Self::Previous => "read_previous",
        }
    }

    /// Begins a transaction in which names without a schema mean this home.
    ///
    /// A crash of Postgres may take back the last transactions, rows and places together; we then fold them
    /// again. So no commit waits for the disk. One that stops in the middle, as a frozen process does, holds
    /// locks that others need, and ends soon.
    ///
    /// Live ones share a lock that an exchange takes alone: between two transactions it finds everything at rest.
    pub(crate) fn begin(self, projection: &str) -> Cow<'static, str> {
        let schema = self.schema();
        let share = match self {
            Self::Live => format!("; select pg_advisory_xact_lock_shared({})", gate(projection)),
            Self::Next | Self::Previous => String::new(),
        };
        format!(
            "begin; set local synchronous_commit = off; set local idle_in_transaction_session_timeout = '10s'; \
             set local search_path = {schema}{share}"
        )
        .into()
    }
}

/// The number of the lock that live transactions of a projection share; its name is one of ours, never input.
pub(crate) fn gate(projection: &str) -> String {
    format!("hashtextextended('atelier.projection.{projection}', 0)")
}

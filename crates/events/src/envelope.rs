//! Who, what, when, and where in the log.

use chrono::{DateTime, Utc};
use domain::{EventId, TenantId};
use serde::{Deserialize, Serialize};

/// The first field of every event. Mirrors `schemas/avro/common/Envelope.avsc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub event_id: EventId,
    pub tenant_id: TenantId,
    /// `user`, `project` or `session`.
    pub aggregate_type: String,
    /// Also the Kafka key.
    pub aggregate_id: String,
    /// Place among the events of its aggregate: 1, 2, 3 …
    pub sequence: i64,
    /// In microseconds; finer parts are cut off.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub occurred_at: DateTime<Utc>,
    /// `usr_…`, `wrk_…`, or the name of a service.
    pub actor: String,
    pub correlation_id: String,
    pub causation_id: Option<String>,
}

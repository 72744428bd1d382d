use chrono::{DateTime, Utc};
use domain::{TenantId, UserId};
use tokio_util::sync::CancellationToken;

/// Who watches, as the gateway has verified it. It travels in the request's extensions.
#[derive(Clone)]
pub struct Caller {
    pub user: UserId,
    pub tenant: TenantId,
    /// The internal token, for the question whether this session is theirs.
    pub token: String,
    /// When the access token ends, and the stream with it.
    pub expires_at: Option<DateTime<Utc>>,
    /// Cancelled when the sign-in is revoked; the stream then ends at once.
    pub revoked: CancellationToken,
    /// Cancelled when what they may do has changed; the stream then ends, and the next one is asked for anew.
    pub changed: CancellationToken,
}

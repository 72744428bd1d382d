//! The internal token of a role that acts without a person, renewed before it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tonic::{Code, Status};

use crate::Auth;
use crate::auth::v1::ServiceTokenRequest;

/// A token with less than this left is not used any more.
const MARGIN: Duration = Duration::from_secs(60);
/// After this a token is asked for anew, so that one whose key was ended at once is not shown for longer. Where
/// auth does not answer, the one in hand is used while it lasts.
const FRESH: Duration = Duration::from_secs(10);

/// Fetches and keeps a role's token. Cheap to clone; clones share the token.
#[derive(Clone)]
pub struct ServiceToken {
    auth: Auth,
    role: &'static str,
    secret: SecretString,
    current: Arc<Mutex<Option<Current>>>,
}

struct Current {
    token: String,
    expires_at: i64,
    since: Instant,
}

impl ServiceToken {
    /// `secret`: the installation's shared internal secret.
    pub fn new(auth: Auth, role: &'static str, secret: SecretString) -> Self {
        Self { auth, role, secret, current: Arc::default() }
    }

    /// A token that is good for a while.
    pub async fn get(&self) -> Result<String, Status> {
        let mut current = self.current.lock().await;
        let usable_after = Utc::now().timestamp() + MARGIN.as_secs() as i64;
        let usable = current.as_ref().filter(|current| current.expires_at > usable_after);
        if let Some(Current { token, .. }) = usable.filter(|current| current.since.elapsed() < FRESH) {
            return Ok(token.clone());
        }
        match (self.ask().await, usable) {
            (Ok(fresh), _) => Ok(current.insert(fresh).token.clone()),
            (Err(status), Some(old)) if status.code() == Code::Unavailable => Ok(old.token.clone()),
            (Err(status), _) => Err(status),
        }
    }

    async fn ask(&self) -> Result<Current, Status> {
        let request =
            ServiceTokenRequest { role: self.role.to_owned(), secret: self.secret.expose_secret().to_owned() };
        let since = Instant::now();
        let fresh = self.auth.service_token(request, "").await?;
        Ok(Current { token: fresh.internal_token, expires_at: fresh.expires_at, since })
    }
}

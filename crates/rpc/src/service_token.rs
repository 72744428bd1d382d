//! The internal token of a role that acts without a person, renewed before it ends.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tonic::Status;

use crate::Auth;
use crate::auth::v1::ServiceTokenRequest;

/// A token is renewed when it has less than this left.
const MARGIN: Duration = Duration::from_secs(60);

/// Fetches and keeps a role's token. Cheap to clone; clones share the token.
#[derive(Clone)]
pub struct ServiceToken {
    auth: Auth,
    role: &'static str,
    secret: SecretString,
    current: Arc<Mutex<Option<(String, i64)>>>,
}

impl ServiceToken {
    /// `secret`: the installation's shared internal secret.
    pub fn new(auth: Auth, role: &'static str, secret: SecretString) -> Self {
        Self { auth, role, secret, current: Arc::default() }
    }

    /// A token that is good for a while.
    pub async fn get(&self) -> Result<String, Status> {
        let mut current = self.current.lock().await;
        let fresh_after = Utc::now().timestamp() + MARGIN.as_secs() as i64;
        if let Some((token, expires_at)) = current.as_ref()
            && *expires_at > fresh_after
        {
            return Ok(token.clone());
        }
        let request =
            ServiceTokenRequest { role: self.role.to_owned(), secret: self.secret.expose_secret().to_owned() };
        let fresh = self.auth.service_token(request, "").await?;
        *current = Some((fresh.internal_token.clone(), fresh.expires_at));
        Ok(fresh.internal_token)
    }
}

//! The keys of internal tokens: `atelier keys tokens`, and their public halves for whoever checks a token.

use anyhow::Context;
use auth::{TokenKey, TokenKeys};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::Subcommand;
use rpc::identity::KeySource;

use crate::config::Config;
use crate::platform;

#[derive(Subcommand)]
pub enum TokenKeyring {
    /// Makes a new key now, before the old one is `[auth] token_key_age` old.
    ///
    /// Nobody is signed out and no process needs a restart: the new key is published first and signs after
    /// `[auth] token_key_lead`; the old one verifies until everything it signed is over.
    #[command(after_help = "\
Examples:
  atelier keys tokens rotate
  atelier keys tokens rotate --now      after a key may have leaked")]
    Rotate {
        /// Ends all other keys at once: what they signed is refused within seconds, and signed-in people get new
        /// internal tokens. A request in those seconds may have to be repeated.
        #[arg(long)]
        now: bool,
    },
    /// Shows the keys that are good, the newest first.
    #[command(after_help = "Example: atelier keys tokens list")]
    List,
}

impl TokenKeyring {
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        let keys = TokenKeys::connect(platform::pool(config, "auth", 1)?, &config.auth)?;
        let rotated = match self {
            Self::Rotate { now } => keys.rotate(now).await,
            Self::List => keys.list().await,
        };
        let rotated = rotated.context("the keys of internal tokens cannot be changed or read")?;
        rotated.iter().for_each(|key| println!("{}", line(key)));
        Ok(())
    }
}

fn line(TokenKey { kid, made_at, signs_from, verifies_until, signs }: &TokenKey) -> String {
    let time = |at: &chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let state = if *signs { "signs" } else { "verifies" };
    format!(
        "{kid}  {state:<8}  made {}  signs from {}  verifies until {}",
        time(made_at),
        time(signs_from),
        time(verifies_until)
    )
}

/// On the operations port, of the auth role only.
pub fn router(keys: TokenKeys) -> Router {
    Router::new().route("/.well-known/jwks.json", get(published)).with_state(keys)
}

async fn published(State(keys): State<TokenKeys>) -> Response {
    match keys.key_set().await {
        Ok(set) => ([(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "max-age=10")], set).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the keys cannot be read now\n").into_response(),
    }
}

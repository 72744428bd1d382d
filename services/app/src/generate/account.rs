//! The terminal's own account on a local installation, made on first use.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::accepted;

#[derive(Serialize, Deserialize)]
struct Account {
    email: String,
    password: String,
}

/// Signs the terminal's account in; signs it up first where it is new.
pub async fn token(client: &reqwest::Client, url: &Url, state: &Path) -> anyhow::Result<String> {
    if !is_local(url) {
        bail!("{url} is not on this machine: pass an access token with --token or ATELIER_TOKEN");
    }
    let account = Account::load_or_create(&state.join("terminal.toml"))?;
    let (email, password) = (&account.email, &account.password);
    let known = json!({ "email": email, "password": password, "transport": "token" });
    let answer = client.post(url.join("api/v1/auth/sign-in")?).json(&known).send().await;
    let answer = answer.with_context(|| format!("nothing answers at {url}: is `atelier up` running?"))?;
    if answer.status() != StatusCode::UNAUTHORIZED {
        return access_token(answer).await;
    }
    let new = json!({ "email": email, "password": password, "name": "Terminal", "transport": "token" });
    access_token(client.post(url.join("api/v1/auth/sign-up")?).json(&new).send().await?).await
}

async fn access_token(answer: reqwest::Response) -> anyhow::Result<String> {
    let body: Value = accepted(answer).await?.json().await?;
    body.get("access_token").and_then(Value::as_str).map(str::to_owned).context("the answer carries no token")
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl Account {
    fn load_or_create(file: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{} is damaged", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(file),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    fn create(file: &Path) -> anyhow::Result<Self> {
        let mut bytes = [0_u8; 24];
        SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no randomness"))?;
        let password = URL_SAFE_NO_PAD.encode(bytes);
        let (name, _) = password.split_at(8);
        let account =
            Self { email: format!("terminal-{}@localhost.local", name.to_lowercase()), password: password.clone() };
        let mut options = std::fs::OpenOptions::new();
        let open = options.write(true).create_new(true).mode(0o600).open(file);
        open.with_context(|| format!("cannot write {}", file.display()))?
            .write_all(toml::to_string(&account)?.as_bytes())?;
        Ok(account)
    }
}

//! GitHub speaks OAuth 2 without ID tokens: who somebody is, its API tells.

use serde::Deserialize;

use super::browse::json;
use super::oidc::Code;
use super::{Provider, Providers, Who};
use crate::Error;

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

#[derive(Deserialize)]
struct Account {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// Where a server is asked what.
pub struct Places {
    pub authorize: String,
    token: String,
    api: String,
}

impl Places {
    /// github.com has its API apart; an Enterprise server has it below itself.
    pub fn of(provider: &Provider) -> Self {
        let base = provider.realm().trim_end_matches('/');
        let api =
            if provider.issuer.is_none() { "https://api.github.com".to_owned() } else { format!("{base}/api/v3") };
        let oauth = |what: &str| format!("{base}/login/oauth/{what}");
        Self { authorize: oauth("authorize"), token: oauth("access_token"), api }
    }
}

impl Providers {
    pub async fn by_github(&self, provider: &Provider, code: &Code<'_>) -> Result<Who, Error> {
        let places = Places::of(provider);
        let tokens: Tokens = json(self.exchange(provider, &places.token, code)?).await?;
        let ask = |what: &str| {
            let request = self.0.browse.get(self.reach(provider), &format!("{}/{what}", places.api))?;
            Ok::<_, Error>(request.bearer_auth(&tokens.access_token).header("accept", "application/vnd.github+json"))
        };
        let account: Account = json(ask("user")?).await?;
        let addresses: Vec<Address> = json(ask("user/emails")?).await?;
        let primary = addresses.into_iter().find(|address| address.primary);
        Ok(Who {
            subject: account.id.to_string(),
            verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: account.name.or(Some(account.login)),
        })
    }
}

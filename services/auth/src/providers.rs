//! Signing in by somebody who knows the person: any OpenID provider, and GitHub.
//!
//! **Invariant:** an account is found by (provider, subject) alone. An e-mail address only leads to one if the
//! provider says that it is verified, and never to one that has a password: its person signs in and links it.

mod begin;
mod browse;
mod config;
mod discovery;
mod finish;
mod github;
mod id_token;
mod link;
mod oidc;
mod tenants;

use std::sync::Arc;

use anyhow::Context;
use url::Url;

pub use config::{Kind, Provider};

use browse::Browse;
use discovery::Discovery;

/// Who a provider says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Never given to anybody else by this issuer.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider has seen that the address is theirs.
    pub verified: bool,
    pub name: Option<String>,
}

/// The providers of this installation. Cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<Inner>);

struct Inner {
    known: Vec<Provider>,
    anywhere: bool,
    browse: Browse,
    discovery: Discovery,
}

impl Providers {
    /// Asks nobody yet.
    /// `anywhere`: also those that people name may be at private addresses.
    pub fn new(known: Vec<Provider>, anywhere: bool) -> anyhow::Result<Self> {
        for provider in &known {
            provider.check().with_context(|| format!("[[auth.providers]] {}", provider.id))?;
            let same = known.iter().filter(|other| other.id == provider.id).count();
            anyhow::ensure!(same == 1, "[[auth.providers]] {} is there twice", provider.id);
        }
        Ok(Self(Arc::new(Inner { known, anywhere, browse: Browse::new()?, discovery: Discovery::new() })))
    }

    pub fn list(&self) -> impl Iterator<Item = &Provider> {
        self.0.known.iter()
    }

    pub fn find(&self, id: &str) -> Option<&Provider> {
        self.0.known.iter().find(|provider| provider.id == id)
    }
}

/// Where a provider sends the browser back to: this text exactly, at both ends.
fn callback(site: &Url, provider: &Provider) -> String {
    let mut callback = site.clone();
    callback.set_path(&format!("/api/v1/auth/callback/{}", provider.id));
    callback.into()
}

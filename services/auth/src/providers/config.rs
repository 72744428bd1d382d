use anyhow::{Context, bail, ensure};
use domain::TenantId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

/// How a provider speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenID Connect, found by discovery.
    #[default]
    Oidc,
    /// GitHub's own OAuth 2.
    Github,
}

impl std::str::FromStr for Kind {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        match text {
            "oidc" => Ok(Self::Oidc),
            "github" => Ok(Self::Github),
            _ => bail!("there are providers of the kinds oidc and github"),
        }
    }
}

/// One provider: `[[auth.providers]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// In addresses and events: small letters, digits and dashes. Do not change it: accounts are linked to it.
    pub id: String,

    /// What people read on the button.
    pub label: String,

    #[serde(default)]
    pub kind: Kind,

    /// The issuer, as the provider writes it. For `github`: the address of an Enterprise server; left out, github.com.
    pub issuer: Option<String>,

    pub client_id: String,

    /// `env:NAME` or `file:PATH` to read it from there; else the secret itself.
    pub client_secret: SecretString,

    /// Only people of this tenant sign in by it, and nobody opens an account with it.
    pub tenant: Option<TenantId>,

    /// The organisation that named it; `None`: it is configured.
    #[serde(skip)]
    pub organisation: Option<TenantId>,
}

impl Provider {
    pub fn check(&self) -> anyhow::Result<()> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(!self.id.is_empty() && self.id.chars().all(plain), "id is small letters, digits and dashes");
        ensure!(!["password", "code"].contains(&self.id.as_str()), "id is taken by a way of our own");
        match (self.kind, &self.issuer) {
            (Kind::Oidc, None) => bail!("issuer is missing"),
            (_, Some(issuer)) => drop(safe(issuer)?),
            (Kind::Github, None) => {}
        }
        self.secret().map(drop)
    }

    /// The client secret, from where it is kept.
    pub fn secret(&self) -> anyhow::Result<SecretString> {
        // What people have typed names no file and no variable of ours.
        if self.organisation.is_some() {
            return Ok(self.client_secret.clone());
        }
        let text = self.client_secret.expose_secret();
        if let Some(name) = text.strip_prefix("env:") {
            let secret = std::env::var(name).with_context(|| format!("client_secret: {name} is not set"))?;
            return Ok(secret.into());
        }
        if let Some(path) = text.strip_prefix("file:") {
            let secret = std::fs::read_to_string(path).with_context(|| format!("client_secret: {path}"))?;
            return Ok(secret.trim().to_owned().into());
        }
        Ok(self.client_secret.clone())
    }

    /// What subjects are subjects of.
    pub fn realm(&self) -> &str {
        self.issuer.as_deref().unwrap_or("https://github.com")
    }
}

/// Secrets travel over https only, or do not leave this machine.
pub fn safe(address: &str) -> anyhow::Result<Url> {
    let url = Url::parse(address).with_context(|| format!("{address} is no URL"))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    ensure!(url.scheme() == "https" || (url.scheme() == "http" && here), "{address} must be https");
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(id: &str, issuer: &str) -> Provider {
        Provider {
            id: id.to_owned(),
            label: "Example".to_owned(),
            kind: Kind::Oidc,
            issuer: Some(issuer.to_owned()),
            client_id: "atelier".to_owned(),
            client_secret: "s3cret".into(),
            tenant: None,
            organisation: None,
        }
    }

    #[test]
    fn what_people_type_for_a_secret_is_the_secret_and_names_no_file_of_ours() {
        let typed = Provider {
            client_secret: "file:/etc/hostname".into(),
            organisation: Some(TenantId::generate()),
            ..provider("x", "https://id.example")
        };
        assert_eq!(typed.secret().unwrap().expose_secret(), "file:/etc/hostname");
    }

    #[test]
    fn a_provider_is_reached_safely_and_has_a_plain_id() {
        provider("example", "https://id.example").check().unwrap();
        provider("example", "http://127.0.0.1:3000").check().unwrap();
        for (id, issuer) in
            [("example", "http://id.example"), ("exa mple", "https://id.example"), ("password", "https://id.example")]
        {
            provider(id, issuer).check().unwrap_err();
        }
    }

    #[test]
    fn a_secret_comes_from_where_it_is_kept() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from a file\n").unwrap();
        let from = |text: String| Provider { client_secret: text.into(), ..provider("x", "https://id.example") };
        let secret = from(format!("file:{}", file.path().display())).secret().unwrap();
        assert_eq!(secret.expose_secret(), "from a file");
        let missing = from("env:ATELIER_NO_SUCH_VARIABLE".to_owned()).check().unwrap_err();
        assert!(missing.to_string().contains("ATELIER_NO_SUCH_VARIABLE"));
    }
}

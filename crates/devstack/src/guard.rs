//! A Kafka that asks everybody who they are, and lets them do only what they were granted: for tests of grants.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use rand::distr::{Alphanumeric, SampleString};

/// Who may do everything. The broker itself works as this, and grants are made by it.
const ADMIN: &str = "admin";

/// TLS, and users by name and password (SCRAM-SHA-512). Whoever is not granted something is refused.
#[derive(Clone)]
pub struct Guard {
    /// The broker's certificate and its key, one PEM file. It must be good for 127.0.0.1.
    identity: PathBuf,
    /// Who signed it, PEM.
    authority: PathBuf,
    passwords: BTreeMap<String, String>,
}

impl Guard {
    /// With these users, besides one who may do everything; each has a random password.
    pub fn new(identity: &Path, authority: &Path, users: impl IntoIterator<Item = String>) -> Self {
        let password = || Alphanumeric.sample_string(&mut rand::rng(), 24);
        let users = users.into_iter().chain([ADMIN.to_owned()]);
        let passwords = users.map(|user| (user, password())).collect();
        Self { identity: identity.to_owned(), authority: authority.to_owned(), passwords }
    }

    /// What a client of librdkafka sets to come in as this user; who is not one comes with a password that is wrong.
    pub fn settings(&self, user: &str) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("security.protocol", "SASL_SSL".to_owned()),
            ("sasl.mechanism", "SCRAM-SHA-512".to_owned()),
            ("sasl.username", user.to_owned()),
            ("sasl.password", self.password(user).to_owned()),
            ("ssl.ca.location", self.authority.display().to_string()),
        ])
    }

    /// Likewise, of who may do everything.
    pub fn admin(&self) -> BTreeMap<&'static str, String> {
        self.settings(ADMIN)
    }

    /// What Kafka's storage tool takes to know the users before there is a broker.
    pub(crate) fn scram(&self) -> impl Iterator<Item = String> {
        let of = |(name, password): (&String, &String)| format!("SCRAM-SHA-512=[name={name},password={password}]");
        self.passwords.iter().map(of)
    }

    /// Fills in a template of settings, of the broker or of a Java client.
    pub(crate) fn fill(&self, template: &str) -> String {
        template
            .replace("@ADMIN@", ADMIN)
            .replace("@PASSWORD@", self.password(ADMIN))
            .replace("@IDENTITY@", &self.identity.display().to_string())
            .replace("@AUTHORITY@", &self.authority.display().to_string())
    }

    fn password(&self, user: &str) -> &str {
        self.passwords.get(user).map_or("wrong", String::as_str)
    }
}

/// Without passwords.
impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("users", &self.passwords.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_are_not_printed() {
        let guard = Guard::new(Path::new("/b.pem"), Path::new("/ca.pem"), ["edge".to_owned()]);
        let (edge, admin) = (&guard.settings("edge")["sasl.password"], &guard.admin()["sasl.password"]);

        assert_ne!(edge, admin);
        assert!(!format!("{guard:?}").contains(edge.as_str()));
        assert_eq!(guard.settings("nobody")["sasl.password"], "wrong");
    }
}

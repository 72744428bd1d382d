use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::providers::Provider;

/// How people sign in, and how long what they get is good for.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where other processes reach this role by gRPC. Without it, only callers in the same process do.
    pub listen: Option<SocketAddr>,

    /// How costly a guessed password is. A change applies to passwords set from then on.
    pub argon2: Argon2,

    /// How many passwords are hashed at once. Each takes `argon2.memory_kib` and a core.
    pub hashes_at_once: NonZeroUsize,

    /// How long a sign-in waits for its turn to hash before it is told to come back.
    #[serde(with = "humantime_serde")]
    pub hash_wait: Duration,

    /// Attempts to sign in to one account within `attempt_window`, right or wrong; a right one starts anew.
    pub attempts_per_account: NonZeroU32,

    /// The window of `attempts_per_account`.
    #[serde(with = "humantime_serde")]
    pub attempt_window: Duration,

    /// Mails that one address gets at most within `mail_window` because somebody asked for them.
    pub mails_per_address: NonZeroU32,

    /// Invites that one organisation has mailed at most within `mail_window`; those beyond have their link only.
    pub invites_per_tenant: NonZeroU32,

    /// The window of `mails_per_address` and `invites_per_tenant`.
    #[serde(with = "humantime_serde")]
    pub mail_window: Duration,

    /// Mails that wait at most, for all processes together; beyond that nobody can ask for one.
    pub mails_waiting: NonZeroUsize,

    /// How often a process looks for mails and other errands that one that died has left.
    #[serde(with = "humantime_serde")]
    pub errands_poll: Duration,

    /// Mails that are written and sent at once.
    pub mails_at_once: NonZeroUsize,

    /// Seals the keys of internal tokens and the secrets of second factors: 32 bytes in base64, the same in every
    /// process of this role. `atelier serve` does not start the role without it.
    pub sealing_key: Option<SecretString>,

    /// Providers that people may sign in by: tables `[[auth.providers]]` with `id`, `label`, `kind` (oidc or github),
    /// `issuer`, `client_id`, `client_secret` (`env:NAME`, `file:PATH`, or the secret) and perhaps `tenant`.
    pub providers: Vec<Provider>,

    /// Whether organisations may name providers at private addresses, and without https on this machine. Only for
    /// installations whose people may reach everything that this process reaches.
    pub private_providers: bool,

    /// How long after a sign-in a second factor may be set up without the password once more.
    #[serde(with = "humantime_serde")]
    pub fresh: Duration,

    /// How long an access token is good for.
    #[serde(with = "humantime_serde")]
    pub access: Duration,

    /// How long a refresh token is good for; each use gives a new one with a new term.
    #[serde(with = "humantime_serde")]
    pub refresh: Duration,

    /// How long after its use a refresh token may be used once more, for an answer that was lost on its way.
    #[serde(with = "humantime_serde")]
    pub refresh_grace: Duration,

    /// How long an internal token is good for, at most; it never outlives the access token.
    #[serde(with = "humantime_serde")]
    pub internal: Duration,

    /// How long what the write side said of somebody last stands for what it would say, while it cannot be asked:
    /// who was here lately can still read. A no is never gone round.
    #[serde(with = "humantime_serde")]
    pub standing_grace: Duration,

    /// How long the write side may take to say what somebody may do.
    #[serde(with = "humantime_serde")]
    pub standing_wait: Duration,

    /// After how long the key of internal tokens gets a successor. Its public half is learned by all others without
    /// a restart, and it verifies until all is over that it signed.
    #[serde(with = "humantime_serde")]
    pub token_key_age: Duration,

    /// How long a new key is published before it signs. Longer than `token_keys_reload` and `[identity] keys_age`
    /// together, so that nobody has to ask for it.
    #[serde(with = "humantime_serde")]
    pub token_key_lead: Duration,

    /// How often a process of this role looks for keys that others have made or ended.
    #[serde(with = "humantime_serde")]
    pub token_keys_reload: Duration,

    /// What other roles show to get a service token over gRPC. Without it, none is handed out.
    pub internal_secret: Option<SecretString>,

    /// The e-mail addresses of those who administer the whole system; none unless they are named.
    ///
    /// An account counts from the moment its address is verified, by the link in a mail.
    pub administrators: Vec<String>,

    /// Whether the oldest account administers the whole system too. For installations of one's own, as `atelier up`.
    pub first_account_administers: bool,

    /// How often expired tokens are deleted.
    #[serde(with = "humantime_serde")]
    pub housekeeping: Duration,

    /// How long an unfinished sign-up may still be finished with its password.
    #[serde(with = "humantime_serde")]
    pub unfinished: Duration,

    /// How long one Redis call may take before we go on without it.
    #[serde(with = "humantime_serde")]
    pub redis_timeout: Duration,
}

/// Parameters of argon2id; the defaults are OWASP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Argon2 {
    pub memory_kib: u32,
    pub iterations: u32,
    pub lanes: u32,
}

impl Default for Argon2 {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, lanes: 1 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: None,
            argon2: Argon2::default(),
            hashes_at_once: NonZeroUsize::new(2).unwrap_or(NonZeroUsize::MIN),
            hash_wait: Duration::from_secs(5),
            attempts_per_account: NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN),
            attempt_window: Duration::from_mins(5),
            mails_per_address: NonZeroU32::new(5).unwrap_or(NonZeroU32::MIN),
            invites_per_tenant: NonZeroU32::new(50).unwrap_or(NonZeroU32::MIN),
            mail_window: Duration::from_mins(15),
            mails_waiting: NonZeroUsize::new(1_000).unwrap_or(NonZeroUsize::MIN),
            errands_poll: Duration::from_secs(5),
            mails_at_once: NonZeroUsize::new(8).unwrap_or(NonZeroUsize::MIN),
            sealing_key: None,
            providers: Vec::new(),
            private_providers: false,
            fresh: Duration::from_mins(5),
            access: Duration::from_mins(15),
            refresh: Duration::from_hours(7 * 24),
            refresh_grace: Duration::from_secs(10),
            internal: Duration::from_mins(5),
            standing_grace: Duration::from_mins(5),
            standing_wait: Duration::from_secs(3),
            token_key_age: Duration::from_hours(24),
            token_key_lead: Duration::from_mins(2),
            token_keys_reload: Duration::from_secs(5),
            internal_secret: None,
            administrators: Vec::new(),
            first_account_administers: false,
            housekeeping: Duration::from_mins(10),
            unfinished: Duration::from_hours(7 * 24),
            redis_timeout: Duration::from_millis(250),
        }
    }
}

impl Config {
    /// Refuses what would make tokens unsafe: longer terms than promised, cheaper hashes than recommended.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.access <= Duration::from_mins(15), "[auth] access may be at most 15 minutes");
        anyhow::ensure!(self.internal <= Duration::from_mins(5), "[auth] internal may be at most 5 minutes");
        anyhow::ensure!(
            self.refresh_grace <= Duration::from_secs(10),
            "[auth] refresh_grace may be at most 10 seconds"
        );
        anyhow::ensure!(
            self.standing_grace <= Duration::from_mins(15),
            "[auth] standing_grace may be at most 15 minutes"
        );
        anyhow::ensure!(!self.errands_poll.is_zero(), "[auth] errands_poll may not be 0");
        anyhow::ensure!(!self.token_keys_reload.is_zero(), "[auth] token_keys_reload may not be 0");
        anyhow::ensure!(
            self.token_key_age >= self.token_key_lead * 2,
            "[auth] token_key_age must be twice token_key_lead at least: no key would ever sign"
        );
        let Argon2 { memory_kib, iterations, .. } = self.argon2;
        anyhow::ensure!(
            memory_kib >= 7 * 1024 && u64::from(memory_kib) * u64::from(iterations) >= 35 * 1024,
            "[auth] argon2 is cheaper than OWASP's minimum: memory_kib × iterations must reach 35840"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_what_owasp_recommends_and_design_promises() {
        let config = Config::default();
        assert_eq!(config.argon2, Argon2 { memory_kib: 19_456, iterations: 2, lanes: 1 });
        assert_eq!(config.access.as_secs(), 15 * 60);
        assert_eq!(config.refresh.as_secs(), 7 * 24 * 3600);
        assert_eq!(config.refresh_grace.as_secs(), 10);
        config.check().unwrap();
    }

    #[test]
    fn cheap_hashes_and_long_lived_tokens_are_refused() {
        let cheap = Argon2 { memory_kib: 1024, ..Argon2::default() };
        assert!(Config { argon2: cheap, ..Config::default() }.check().is_err());
        assert!(Config { access: Duration::from_hours(1), ..Config::default() }.check().is_err());
        assert!(Config { internal: Duration::from_mins(6), ..Config::default() }.check().is_err());
        assert!(Config { token_key_age: Duration::from_mins(1), ..Config::default() }.check().is_err());
    }
}

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

/// The front door: where it listens, who may knock, and how long it waits for what.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The public HTTP port; also that of an edge whose gateway plays in other processes.
    pub listen: SocketAddr,

    /// How browsers reach this installation, for example `https://atelier.example.com`.
    ///
    /// It must be https, unless it is on loopback: session cookies are not sent in the clear. Left out, it
    /// is `http://` and `listen`.
    pub public_url: Option<Url>,

    /// The folder of the web UI (`web/out`). Left out, the UI inside the binary is served, where there is one.
    pub web_dir: Option<PathBuf>,

    /// Other origins whose pages may call the API with a bearer token, exactly as browsers write them.
    pub cors_origins: Vec<String>,

    /// Reverse proxies whose `X-Forwarded-For` is believed. Any other client could write what it likes there.
    pub trusted_proxies: Vec<IpAddr>,

    /// The largest JSON body, in bytes.
    pub body_limit: usize,

    /// The largest body of `sessions/{id}/imports`, in bytes.
    pub import_limit: usize,

    /// How long a request may take until its answer begins; streams go on for longer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,

    /// How long a client may take to send the head of a request, and how long a connection may be idle.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,

    /// How long a client may take to send the body of a request.
    #[serde(with = "humantime_serde")]
    pub body_timeout: Duration,

    /// How long a client may leave what we send it unread; then its connection is cut.
    #[serde(with = "humantime_serde")]
    pub unread_timeout: Duration,

    /// How long a read that names a version waits for it before it answers with the older one.
    #[serde(with = "humantime_serde")]
    pub fresh_wait: Duration,

    /// How long who-is-asking is remembered before auth is asked again, less up to a fifth by chance; a
    /// revocation is heard at once.
    #[serde(with = "humantime_serde")]
    pub identity_cache: Duration,

    /// The same while revocations of other processes are not heard.
    #[serde(with = "humantime_serde")]
    pub identity_cache_blind: Duration,

    /// How long what one gateway has learned of a token spares the others the question, less up to a fifth by
    /// chance; it lies in Redis, sealed with the token itself.
    #[serde(with = "humantime_serde")]
    pub identity_cache_shared: Duration,

    /// How long a token that auth has refused is refused without asking again. One that is refused never becomes
    /// good, so this only bounds what is remembered.
    #[serde(with = "humantime_serde")]
    pub refusal_cache: Duration,

    /// People remembered at once.
    pub identities: u64,

    /// Connections at once; more wait to be accepted.
    pub connections: NonZeroUsize,

    /// How long open requests may go on after shutdown was asked for.
    #[serde(with = "humantime_serde")]
    pub drain: Duration,

    /// How long one Redis call may take before we go on without it.
    #[serde(with = "humantime_serde")]
    pub redis_timeout: Duration,

    /// Whether each request is recorded on the topic `access-log`.
    pub access_log: bool,

    /// Records that wait for Kafka at most, here and once more in its client; those beyond are dropped and
    /// counted (`atelier_access_log_records_total`). A request never waits for them.
    pub access_log_buffer: NonZeroU32,
    /// Projects that somebody of the tier `free` may have at once in an organisation; one more is answered 403
    /// `premium_required`. Those of the tier `premium` have no such limit.
    ///
    /// Counted in the read model, so that a burst may get a few more.
    pub free_projects: u32,

    /// How long an answer to a read is kept at most, for the one who got it, to be given again while no event has
    /// changed anything of their organisation; 0s: never. A client asks past it by `Cache-Control: no-cache`.
    #[serde(with = "humantime_serde")]
    pub answer_cache: Duration,
    /// Bytes of answers that are kept at most.
    pub answer_cache_bytes: u64,

    /// The section `[limits]`.
    #[serde(skip)]
    pub limits: Limits,
}

/// Requests to the API per minute, counted over the last 60 seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Of one network address without a session (an IPv6 /64 counts as one address).
    pub anonymous_per_minute: NonZeroU32,

    /// Of one person, over all their devices.
    pub signed_in_per_minute: NonZeroU32,

    /// Of one sign-in: one device of a person, or one key of a program.
    pub device_per_minute: NonZeroU32,

    /// Of everybody of one organisation together.
    pub tenant_per_minute: NonZeroU32,

    /// Sign-ins and sign-ups of one network address, with codes, links and what else proves who somebody is.
    pub sign_in_per_minute: NonZeroU32,

    /// Exports of all data of one person; each reads everything they have.
    pub exports_per_minute: NonZeroU32,
}

const fn nonzero(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            anonymous_per_minute: nonzero(100),
            signed_in_per_minute: nonzero(600),
            device_per_minute: nonzero(600),
            tenant_per_minute: nonzero(6_000),
            sign_in_per_minute: nonzero(30),
            exports_per_minute: nonzero(3),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            web_dir: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit: 1 << 20,
            import_limit: 32 << 20,
            timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(20),
            unread_timeout: Duration::from_secs(30),
            fresh_wait: Duration::from_secs(2),
            identity_cache: Duration::from_secs(30),
            identity_cache_blind: Duration::from_secs(4),
            identity_cache_shared: Duration::from_mins(1),
            refusal_cache: Duration::from_secs(30),
            identities: 100_000,
            connections: NonZeroUsize::new(20_000).unwrap_or(NonZeroUsize::MIN),
            drain: Duration::from_secs(10),
            redis_timeout: Duration::from_millis(100),
            access_log: true,
            access_log_buffer: nonzero(10_000),
            free_projects: 100,
            answer_cache: Duration::from_secs(10),
            answer_cache_bytes: 32 << 20,
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_is_complete_and_a_typo_is_an_error() {
        let config: Config = toml::from_str("").unwrap();
        assert_eq!(config.limits.anonymous_per_minute.get(), 100);
        assert!(toml::from_str::<Config>("listne = '127.0.0.1:1'").is_err());
        assert!(toml::from_str::<Limits>("anonymous_per_minute = 0").is_err());
    }
}

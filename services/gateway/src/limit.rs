//! How often somebody may ask: at most so many requests in any 60 seconds, over all gateways.
//!
//! Redis counts for all; this process counts along, and when Redis is away it decides alone, and more strictly.

mod ahead;
mod here;
mod shared;

use std::time::{Duration, Instant};

use auth::FamilyId;
use axum::response::Response;
use domain::{TenantId, UserId};
use http::HeaderValue;
use redis::aio::ConnectionManager;

use crate::address::ClientAddress;
use crate::config::{Config, Limits};
use ahead::Ahead;
use here::Here;
use shared::Shared;

/// What is counted over.
const WINDOW: Duration = Duration::from_secs(60);

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    Anonymous(ClientAddress),
    SignIn(ClientAddress),
    Person(UserId),
    /// All tokens of one sign-in: one device, or one key of a program.
    Device(FamilyId),
    /// Everybody of an organisation.
    Tenant(TenantId),
    /// Of all data of a person.
    Export(UserId),
}

impl Subject {
    fn key(self) -> String {
        match self {
            Self::Anonymous(address) => format!("atelier:requests:anonymous:{address}"),
            Self::SignIn(address) => format!("atelier:requests:sign-in:{address}"),
            Self::Person(user) => format!("atelier:requests:person:{user}"),
            Self::Device(family) => format!("atelier:requests:device:{family}"),
            Self::Tenant(tenant) => format!("atelier:requests:tenant:{tenant}"),
            Self::Export(user) => format!("atelier:requests:export:{user}"),
        }
    }

    const fn limit(self, limits: &Limits) -> u32 {
        match self {
            Self::Anonymous(_) => limits.anonymous_per_minute.get(),
            Self::SignIn(_) => limits.sign_in_per_minute.get(),
            Self::Person(_) => limits.signed_in_per_minute.get(),
            Self::Device(_) => limits.device_per_minute.get(),
            Self::Tenant(_) => limits.tenant_per_minute.get(),
            Self::Export(_) => limits.exports_per_minute.get(),
        }
    }
}

/// Whether a request may go on, and what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    pub limit: u32,
    pub used: u32,
    /// Until the oldest counted request falls out of the window.
    pub reset: Duration,
}

/// A key to count under, and how much is allowed there.
type Share = (String, u32);

impl Decision {
    /// The one that matters of several: a refusal, else the one with the least left.
    fn of(all: &[Self]) -> Option<Self> {
        all.iter().min_by_key(|one| (one.allowed, one.limit.saturating_sub(one.used))).copied()
    }

    /// At least one: a client that is told "0" asks again at once.
    pub fn reset_seconds(&self) -> u64 {
        self.reset.as_secs() + 1
    }

    /// Says it in the answer's headers.
    pub fn on(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.limit.saturating_sub(self.used)));
        headers.insert("ratelimit-reset", HeaderValue::from(self.reset_seconds()));
        response
    }
}

pub struct Limiter {
    limits: Limits,
    here: Here,
    ahead: Ahead,
    shared: Option<Shared>,
}

impl Limiter {
    pub fn new(config: &Config, redis: Option<ConnectionManager>) -> Self {
        let shared = redis.map(|connection| Shared::new(connection, config.redis_timeout));
        Self { limits: config.limits.clone(), here: Here::default(), ahead: Ahead::default(), shared }
    }

    /// Counts one request.
    pub async fn count(&self, subject: Subject) -> Decision {
        self.count_all(&[subject]).await
    }

    /// Counts one request for all of these, or for none if one of them has no more.
    pub async fn count_all(&self, subjects: &[Subject]) -> Decision {
        let Some(shared) = &self.shared else { return self.here.count(&self.shares(subjects)) };
        let mut taken = self.ahead.of(subjects).await;
        if let Some(decision) = taken.next(Instant::now()) {
            return decision;
        }
        let (shares, now) = (self.shares(subjects), Instant::now());
        let tightest = shares.iter().map(|(_, limit)| *limit).min().unwrap_or_default();
        match shared.count(&shares, taken.size(tightest, now)).await {
            Some((decision, granted)) => {
                self.here.note(&shares, granted);
                taken.renew(decision, granted, now)
            }
            None => self.here.count(&halved(shares)),
        }
    }

    fn shares(&self, subjects: &[Subject]) -> Vec<Share> {
        subjects.iter().map(|subject| (subject.key(), subject.limit(&self.limits))).collect()
    }

    /// Whether this process alone has seen as many as are allowed. Counts nothing.
    pub fn is_spent(&self, subject: Subject) -> bool {
        self.here.used(&subject.key()) >= subject.limit(&self.limits)
    }
}

/// While gateways count apart, each allows less.
fn halved(shares: Vec<Share>) -> Vec<Share> {
    shares.into_iter().map(|(key, limit)| (key, (limit / 2).max(1))).collect()
}

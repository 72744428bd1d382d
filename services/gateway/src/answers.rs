//! Answers to reads, kept until an event changes what they say.
//!
//! An answer is kept for the one who got it, and for the term of what we know about them: with another role, or at
//! another device, it is asked for anew. Each commit of a read model tells whose rows it changed
//! ([`projections::changes`]); whatever was read before that is forgotten. While nobody tells us, nothing is kept.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use auth::FamilyId;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use domain::TenantId;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, Request};
use moka::sync::Cache;
use projections::changes::{Change, Changes};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::error::STALE;
use crate::who::Caller;

/// Larger ones are rare, and would push many others out.
const LARGEST: usize = 64 << 10;
/// What asks for a version or a moment is not answered from here.
const EXACT: [&str; 4] = ["min_version=", "after=", "as_of=", "at="];
/// What is said from memory anyhow, and is no row of a read model.
const MEMORY: [&str; 1] = ["/api/v1/models"];
/// How soon we listen again.
const PAUSE: Duration = Duration::from_secs(1);

/// Who asked for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    family: FamilyId,
    learned: Instant,
    tenant: TenantId,
    /// Sees more than their tenant: any change may be one of what they see.
    everything: bool,
    /// Wants what is true now.
    exact: bool,
    what: String,
}

/// An answer, and when it was asked for.
#[derive(Clone)]
struct Kept {
    asked: Instant,
    tag: Option<HeaderValue>,
    body: Bytes,
}

pub struct Answers {
    kept: Cache<Question, Kept>,
    /// When we last heard that a tenant's rows changed.
    changed: Cache<TenantId, Instant>,
    /// When we last heard of any change, and of one that is everybody's or of none for a while.
    any: Mutex<Option<Instant>>,
    everything: Mutex<Option<Instant>>,
    hearing: AtomicBool,
}

impl Answers {
    pub fn new(config: &Config) -> Self {
        let kept = Cache::builder()
            .time_to_live(config.answer_cache)
            .max_capacity(if config.answer_cache.is_zero() { 0 } else { config.answer_cache_bytes })
            .weigher(|question: &Question, kept: &Kept| (question.what.len() + kept.body.len() + 256) as u32);
        // An answer that is older than its term is gone, and with it the question what changed since.
        let changed = Cache::builder().time_to_live(config.answer_cache * 2);
        Self {
            kept: kept.build(),
            changed: changed.build(),
            any: Mutex::default(),
            everything: Mutex::default(),
            hearing: AtomicBool::new(false),
        }
    }

    /// The question, if it is one whose answer may be kept.
    pub fn question<B>(&self, request: &Request<B>) -> Option<Question> {
        if MEMORY.contains(&request.uri().path()) {
            return None;
        }
        let query = request.uri().query().unwrap_or_default();
        let named = query.split('&').any(|pair| EXACT.iter().any(|name| pair.starts_with(name)));
        let exact = named || request.headers().get(CACHE_CONTROL).is_some_and(|wish| wish == "no-cache");
        let caller = Caller::of(request.extensions()).ok()?;
        let (family, learned) = caller.term();
        let everything = caller.standing.administrator;
        let what = request.uri().to_string();
        Some(Question { family, learned, tenant: caller.tenant, everything, exact, what })
    }

    /// What was answered, if it is still true.
    pub fn find(&self, question: &Question) -> Option<Response> {
        if question.exact {
            return None;
        }
        let kept = self.kept.get(question).filter(|kept| self.is_true(question, kept.asked));
        let outcome = if kept.is_some() { "kept" } else { "read" };
        metrics::counter!("atelier_gateway_answers_total", "outcome" => outcome).increment(1);
        let kept = kept?;
        let mut response = Response::new(Body::from(kept.body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(tag) = kept.tag {
            headers.insert(ETAG, tag);
        }
        Some(response)
    }

    /// `asked`: before anything was read. After somebody was shown what is true now, nobody is shown here what was
    /// true before, even if the news of the change is still on its way.
    pub fn keep(&self, question: Question, asked: Instant, headers: &HeaderMap, body: &Bytes) {
        if question.exact {
            return self.note(Change::Of(question.tenant));
        }
        if body.len() <= LARGEST && !headers.contains_key(STALE) && self.is_true(&question, asked) {
            self.kept.insert(question, Kept { asked, tag: headers.get(ETAG).cloned(), body: body.clone() });
        }
    }

    fn is_true(&self, question: &Question, asked: Instant) -> bool {
        let changed = if question.everything { read(&self.any) } else { self.changed.get(&question.tenant) };
        let is_older = |changed: Option<Instant>| changed.is_none_or(|changed| changed < asked);
        self.hearing.load(Relaxed) && is_older(changed) && is_older(read(&self.everything))
    }

    /// Hears what changes until `shutdown`.
    pub async fn watch(&self, pool: &PgPool, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Some(Err(error)) = shutdown.run_until_cancelled(self.hear(pool)).await {
                tracing::warn!(%error, "changes of the read models are not heard: every read asks Postgres");
            }
            self.hearing.store(false, Relaxed);
            shutdown.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    async fn hear(&self, pool: &PgPool) -> sqlx::Result<()> {
        let mut changes = Changes::listen(pool).await?;
        self.note(Change::Everything);
        self.hearing.store(true, Relaxed);
        while let Some(change) = changes.next().await? {
            self.note(change);
        }
        Ok(())
    }

    fn note(&self, change: Change) {
        let now = Instant::now();
        match change {
            Change::Of(tenant) => self.changed.insert(tenant, now),
            Change::Everything => {
                self.kept.invalidate_all();
                set(&self.everything, now);
            }
        }
        set(&self.any, now);
    }
}

fn read(moment: &Mutex<Option<Instant>>) -> Option<Instant> {
    *moment.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(moment: &Mutex<Option<Instant>>, now: Instant) {
    *moment.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
}

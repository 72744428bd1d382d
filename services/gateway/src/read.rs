//! Answers from the read models: how fresh they are, and which version they show.

use axum::response::{IntoResponse, Response};
use domain::Role;
use http::header::ETAG;
use http::{HeaderValue, StatusCode};
use projections::{After, Freshness, Wait};
use serde::Serialize;
use sqlx::{Postgres, Transaction};

use crate::Error;
use crate::error::STALE;
use crate::state::Gateway;
use crate::who::Caller;

/// JSON, with its version as `ETag` where it has one, and `Atelier-Stale` where it should be newer.
pub struct Shown<T> {
    pub body: T,
    pub status: StatusCode,
    pub version: Option<i64>,
    pub stale: bool,
}

impl<T> Shown<T> {
    pub const fn list(body: T, freshness: Freshness) -> Self {
        Self { body, status: StatusCode::OK, version: None, stale: matches!(freshness, Freshness::Stale) }
    }

    pub const fn one(body: T, version: i64, freshness: Freshness) -> Self {
        Self { body, status: StatusCode::OK, version: Some(version), stale: matches!(freshness, Freshness::Stale) }
    }
}

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        let version = self.version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok());
        if let Some(version) = version {
            response.headers_mut().insert(ETAG, version);
        }
        if self.stale {
            response.headers_mut().insert(STALE, HeaderValue::from_static("true"));
        }
        response
    }
}

/// What is not there may be there soon, if what we see is older than what was asked for.
pub const fn missing(freshness: Freshness) -> Error {
    match freshness {
        Freshness::Fresh => Error::NotFound,
        Freshness::Stale => Error::NotFoundYet,
    }
}

impl Gateway {
    /// A view of one moment, of what is this caller's.
    pub async fn reader(&self, caller: &Caller) -> Result<Transaction<'static, Postgres>, Error> {
        Ok(projections::read::begin(&self.read_pool, caller.tenant, caller.user).await?)
    }

    /// Members see what they used themselves, those who manage or pay what everybody did.
    pub async fn usage_reader(&self, caller: &Caller) -> Result<Transaction<'static, Postgres>, Error> {
        let pays = |role: &Role| matches!(role, Role::Owner | Role::Admin | Role::Billing);
        if caller.standing.roles.iter().any(pays) {
            return Ok(projections::read::begin_as_payer(&self.read_pool, caller.tenant, caller.user).await?);
        }
        self.reader(caller).await
    }

    pub fn wait(&self, caller: &Caller) -> Wait<'_> {
        Wait {
            pool: &self.read_pool,
            progress: &self.progress,
            tenant: caller.tenant,
            user: caller.user,
            timeout: self.config.fresh_wait,
            administrator: false,
        }
    }

    pub async fn wait_after(&self, caller: &Caller, after: Option<After>) -> Result<Freshness, Error> {
        match after {
            Some(after) => Ok(self.wait(caller).after(&after).await?),
            None => Ok(Freshness::Fresh),
        }
    }
}

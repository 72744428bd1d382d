//! Stored answers: a repeated call hears what the first one heard.

use serde_json::Value;

use crate::{Call, Error, Idempotency, Store};

/// What a call was answered before.
pub struct Stored {
    pub version: i64,
    pub answer: Value,
    /// The keyed hash of the body it came with.
    pub body: Vec<u8>,
    /// Too old to be repeated.
    pub expired: bool,
}

impl Store {
    /// The answer to repeat, if there is one. Makes room if it is too old.
    pub(crate) async fn repeated(&self, call: &Call, stored: Option<Stored>) -> Result<Option<Stored>, Error> {
        let (Some(stored), Some(repeat)) = (stored, &call.idempotency) else { return Ok(None) };
        if stored.expired {
            self.forget(call, repeat).await?;
            return Ok(None);
        }
        if self.pepper.is_of_body(&repeat.body, &stored.body) { Ok(Some(stored)) } else { Err(Error::KeyReused) }
    }

    /// Whether this call has an answer by now.
    pub(crate) async fn was_answered(&self, call: &Call) -> Result<bool, Error> {
        let Some(repeat) = &call.idempotency else { return Ok(false) };
        let query = "select exists (select from store.idempotency
                                     where tenant_id = $1 and actor = $2 and operation = $3 and key = $4)";
        let found = sqlx::query_scalar(query)
            .bind(call.tenant.to_string())
            .bind(&call.actor)
            .bind(repeat.operation)
            .bind(&repeat.key)
            .fetch_one(&self.pool)
            .await?;
        Ok(found)
    }

    async fn forget(&self, call: &Call, repeat: &Idempotency) -> Result<(), Error> {
        let query = "delete from store.idempotency where tenant_id = $1 and actor = $2 and operation = $3 and key = $4
                        and created_at <= now() - make_interval(secs => $5)";
        sqlx::query(query)
            .bind(call.tenant.to_string())
            .bind(&call.actor)
            .bind(repeat.operation)
            .bind(&repeat.key)
            .bind(self.config.answers_for.as_secs_f64())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

//! Puts an attempt's pieces on the session's stream: numbered, sealed, and at most one event per window.

use std::time::Duration;

use bus::{Delivery, Headers, Message, Producer, headers};
use chrono::Utc;
use domain::{GenerationId, SessionId, TenantId};
use events::stream::{Chunk, Piece};
use futures::future::try_join_all;
use keys::Sealer;
use tokio::time::Instant;

use crate::error::Failure;

/// Whose stream, and which attempt.
pub struct Address {
    pub tenant: TenantId,
    pub session: SessionId,
    pub generation: GenerationId,
    pub attempt: i32,
    pub cause: String,
    pub traceparent: Option<String>,
}

pub struct Publisher {
    address: Address,
    producer: Producer,
    topic: String,
    sealer: Sealer,
    window: Duration,
    pending: Option<Piece>,
    last_send: Option<Instant>,
    sent: i64,
    unacknowledged: Vec<Delivery>,
}

impl Publisher {
    pub fn new(address: Address, producer: Producer, topic: String, sealer: Sealer, window: Duration) -> Self {
        let unacknowledged = Vec::new();
        Self { address, producer, topic, sealer, window, pending: None, last_send: None, sent: 0, unacknowledged }
    }

    /// Pieces sent so far.
    pub const fn sent(&self) -> i64 {
        self.sent
    }

    /// Sends at once if the last send is a window ago; otherwise joins what waits for the window's end.
    pub async fn publish(&mut self, piece: Piece) -> Result<(), Failure> {
        if let Some(separate) = self.join(piece) {
            self.flush().await?;
            self.pending = Some(separate);
        }
        if self.window_ends().is_some_and(|end| end <= Instant::now()) {
            self.flush().await?;
        }
        Ok(())
    }

    /// Appends to the waiting delta; gives back what is of another kind or of another file.
    fn join(&mut self, piece: Piece) -> Option<Piece> {
        match &mut self.pending {
            Some(pending) => join(pending, piece),
            None => {
                self.pending = Some(piece);
                None
            }
        }
    }

    /// When the waiting delta must leave; `None` if nothing waits.
    pub fn window_ends(&self) -> Option<Instant> {
        self.pending.as_ref()?;
        Some(self.last_send.map_or_else(Instant::now, |last| last + self.window))
    }

    pub async fn flush(&mut self) -> Result<(), Failure> {
        let Some(piece) = self.pending.take() else { return Ok(()) };
        let message = self.message(&piece)?;
        let delivery = self.producer.send(message).await?;
        self.unacknowledged.push(delivery);
        self.sent += 1;
        self.last_send = Some(Instant::now());
        Ok(())
    }

    /// Sends what waits; returns when Kafka has acknowledged everything.
    pub async fn finish(&mut self) -> Result<(), Failure> {
        self.flush().await?;
        try_join_all(self.unacknowledged.drain(..)).await?;
        Ok(())
    }

    fn message(&self, piece: &Piece) -> Result<Message, Failure> {
        let Address { tenant, session, generation, attempt, cause, traceparent } = &self.address;
        let permanent = |error: &dyn std::fmt::Display| Failure::Permanent(error.to_string());
        let (key_id, sealed) = self.sealer.seal_bytes(&piece.to_json(), &session.to_string())?;
        let chunk = Chunk {
            tenant_id: *tenant,
            session_id: *session,
            generation_id: *generation,
            attempt: *attempt,
            index: self.sent,
            kind: piece.kind(),
            occurred_at: Utc::now(),
            key_id,
            sealed,
        };
        Ok(Message {
            topic: self.topic.clone(),
            key: session.to_string(),
            payload: chunk.encode().map_err(|error| permanent(&error))?.into(),
            headers: Headers::new()
                .with(headers::EVENT_TYPE, events::stream::CHUNK)
                .with(headers::TENANT_ID, tenant)
                .with(headers::CAUSATION_ID, cause)
                .with_some(headers::TRACEPARENT, traceparent.as_ref()),
        })
    }
}

/// Lengthens the waiting delta; gives back what is of another kind or of another file.
fn join(waiting: &mut Piece, next: Piece) -> Option<Piece> {
    match (waiting, next) {
        (Piece::Reasoning { delta }, Piece::Reasoning { delta: more })
        | (Piece::Explanation { delta }, Piece::Explanation { delta: more }) => {
            delta.push_str(&more);
            None
        }
        (Piece::Code { path, delta, edit }, Piece::Code { path: same, delta: more, edit: same_edit })
            if *path == same && *edit == same_edit =>
        {
            delta.push_str(&more);
            None
        }
        (_, next) => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(path: &str, delta: &str) -> Piece {
        Piece::Code { path: path.into(), delta: delta.into(), edit: false }
    }

    #[test]
    fn deltas_of_one_file_travel_together() {
        let mut waiting = code("src/App.tsx", "export ");
        assert_eq!(join(&mut waiting, code("src/App.tsx", "default")), None);
        assert_eq!(waiting, code("src/App.tsx", "export default"));
    }

    #[test]
    fn another_file_or_kind_travels_alone() {
        let mut waiting = code("src/App.tsx", "a");
        assert_eq!(join(&mut waiting, code("src/B.tsx", "b")), Some(code("src/B.tsx", "b")));
        let prose = Piece::Explanation { delta: "b".into() };
        assert_eq!(join(&mut waiting, prose.clone()), Some(prose));
        assert_eq!(waiting, code("src/App.tsx", "a"));
    }
}

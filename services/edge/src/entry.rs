//! A record in memory.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::GenerationId;
use keys::Keys;
use tokio::sync::OnceCell;

use crate::decode::{self, Place};
use crate::item::{Body, Item, Milestone, Turn};

/// One record, decoded by the first who needs it.
#[derive(Debug)]
pub struct Entry {
    pub offset: i64,
    /// Empty once it is decoded.
    payload: Mutex<Bytes>,
    item: OnceCell<Option<Item>>,
}

impl Entry {
    pub fn new(offset: i64, payload: Bytes) -> Arc<Self> {
        Arc::new(Self { offset, payload: Mutex::new(payload), item: OnceCell::new() })
    }

    /// What it says; `None`: nothing that is sent.
    pub async fn item(&self, place: &Place, keys: &Keys) -> Result<Option<&Item>, keys::Error> {
        let decode = async || {
            let payload = self.payload();
            // Apart: every open stream would have room for it, and only the first to come here needs it.
            let item = Box::pin(decode::decode(keys, place, self.offset, &payload)).await?;
            *self.payload.lock().unwrap_or_else(PoisonError::into_inner) = Bytes::new();
            Ok(item)
        };
        self.item.get_or_try_init(decode).await.map(Option::as_ref)
    }

    /// What it says, if somebody has decoded it.
    pub fn seen(&self) -> Option<&Item> {
        self.item.get()?.as_ref()
    }

    #[cfg(test)]
    pub fn is_opened_by(&self, key_id: &str) {
        let body = Body::Milestone(Milestone { sequence: 1, turn: Turn::Nothing });
        let frame = crate::frame::Frame::new(None, "message", &serde_json::json!({}));
        let item = Item { tenant: domain::TenantId::generate(), key_id: Some(key_id.into()), body, frame };
        self.item.set(Some(item)).unwrap();
    }

    /// The generation whose prompt this is. Its first pieces may stand before it: a worker that was told in its own
    /// process can be quicker than the relay.
    pub fn asks(&self) -> Option<GenerationId> {
        decode::asks(&self.payload()).or_else(|| match self.seen()?.body {
            Body::Milestone(Milestone { turn: Turn::Asked { generation }, .. }) => Some(generation),
            _ => None,
        })
    }

    /// The generation of which this is a piece.
    pub fn piece_of(&self) -> Option<GenerationId> {
        decode::piece_of(&self.payload()).or_else(|| match &self.seen()?.body {
            Body::Chunk(chunk) => Some(chunk.generation),
            Body::Milestone(_) => None,
        })
    }

    fn payload(&self) -> Bytes {
        self.payload.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

//! The whole state of an aggregate, sealed with its person's key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Aggregate;
use keys::Sealer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Store};

/// The column `payload` of a snapshot.
#[derive(Serialize, Deserialize)]
struct Sealed {
    key_id: String,
    sealed: String,
}

/// `None`: the person is erased, nothing may be kept.
pub fn seal<A: Aggregate>(sealer: &Sealer, id: &str, state: &A) -> Result<Option<Value>, Error> {
    let plain = serde_json::to_vec(state).map_err(|_| Error::Corrupt(format!("the state of {id} is not JSON")))?;
    let (key_id, bytes) = sealer.seal_bytes(&plain, id)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let sealed = Sealed { key_id, sealed: STANDARD.encode(bytes) };
    Ok(serde_json::to_value(sealed).ok())
}

impl Store {
    /// `None`: its key is erased, or it is of another build's form. The events tell the same, more slowly.
    pub(crate) async fn open_snapshot<A: Aggregate>(&self, id: &str, payload: Value) -> Result<Option<A>, Error> {
        let Ok(Sealed { key_id, sealed }) = serde_json::from_value(payload) else { return Ok(None) };
        let Ok(bytes) = STANDARD.decode(sealed) else { return Ok(None) };
        let plain = self.keys.open_bytes(&key_id, &bytes, id).await?;
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }
}

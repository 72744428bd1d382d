//! The keys of one aggregate's owners, ready to seal.

use std::sync::Arc;

use serde_json::Value;

use crate::payload::Pair;
use crate::rows::DataKey;
use crate::{Error, Result};

/// Seals for one person and perhaps one project; asks nobody, waits for nothing.
#[derive(Clone)]
pub struct Sealer {
    person: Arc<DataKey>,
    project: Option<Arc<DataKey>>,
}

impl Sealer {
    pub(crate) const fn new(person: Arc<DataKey>, project: Option<Arc<DataKey>>) -> Self {
        Self { person, project }
    }

    /// Replaces `private` by `sealed` and `key_id`, `private_files` by `sealed_files` and
    /// `files_key_id`, in place. `context` is the aggregate's id; opening asks for the same one.
    pub fn seal(&self, payload: &mut Value, context: &str) -> Result<()> {
        for pair in Pair::ALL {
            let Some(plain) = pair.take_plain(payload)? else { continue };
            let sealed = match plain {
                None => None,
                Some(plain) => Some(seal(self.key_for(pair)?, &plain, context)?),
            };
            pair.put_sealed(payload, sealed)?;
        }
        Ok(())
    }

    /// Seals with the person's key: the key's id, and the sealed bytes.
    pub fn seal_bytes(&self, plain: &[u8], context: &str) -> Result<(String, Vec<u8>)> {
        seal(&self.person, plain, context)
    }

    /// The person was erased: nothing of theirs is sealed any more.
    pub fn is_erased(&self) -> bool {
        self.person.cipher.is_none()
    }

    fn key_for(&self, pair: Pair) -> Result<&DataKey> {
        match pair {
            Pair::Texts => Ok(&self.person),
            Pair::Files => self.project.as_deref().ok_or(Error::NoProject),
        }
    }
}

/// With an erased key nothing is kept: the bytes are empty and open to `null` like all the others.
fn seal(key: &DataKey, plain: &[u8], context: &str) -> Result<(String, Vec<u8>)> {
    let sealed = key.cipher.as_ref().map(|cipher| cipher.seal(plain, context.as_bytes())).transpose()?;
    Ok((key.id.clone(), sealed.unwrap_or_default()))
}

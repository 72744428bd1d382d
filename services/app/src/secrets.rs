//! The secrets of an installation on this machine: made once, kept beside its data, readable by its owner only.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use figment::Figment;
use figment::providers::Serialized;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

/// Losing this file means losing every sealed text: back it up like the data.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// Wraps the keys of people and projects.
    pub key_encryption_key: String,
    /// Keys the hashes of unique values and of idempotent bodies.
    pub pepper: String,
    /// Lets roles get tokens of their own.
    pub internal_secret: String,
    /// Signs roots of the chain. `None`: the file is older than roots are.
    pub audit_key: Option<String>,
    /// Seals the keys of internal tokens and second factors. `None`: the file is older than they are.
    pub auth_key: Option<String>,
}

impl Secrets {
    /// Reads the file, or makes a new one.
    pub fn load_or_create(file: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                let read: Self = toml::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
                read.completed(file)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(file),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Secrets that an older version did not know are made now, and added to the file.
    fn completed(mut self, file: &Path) -> anyhow::Result<Self> {
        complete(file, "audit_key", &mut self.audit_key)?;
        complete(file, "auth_key", &mut self.auth_key)?;
        Ok(self)
    }

    fn create(file: &Path) -> anyhow::Result<Self> {
        let fresh = Self {
            key_encryption_key: random()?,
            pepper: random()?,
            internal_secret: random()?,
            audit_key: Some(random()?),
            auth_key: Some(random()?),
        };
        let mut options = std::fs::OpenOptions::new();
        let mut open = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
            .with_context(|| format!("cannot write {}", file.display()))?;
        open.write_all(toml::to_string(&fresh)?.as_bytes())?;
        open.sync_all()?;
        Ok(fresh)
    }

    /// As settings, for what the file and the environment leave open.
    pub fn settings(&self) -> Figment {
        let settings = Figment::new()
            .join(Serialized::default("keys.kek", &self.key_encryption_key))
            .join(Serialized::default("store.pepper", &self.pepper))
            .join(Serialized::default("identity.internal_secret", &self.internal_secret));
        let later = [("audit.signing_key", &self.audit_key), ("auth.sealing_key", &self.auth_key)];
        later
            .into_iter()
            .filter_map(|(name, key)| Some((name, key.as_ref()?)))
            .fold(settings, |settings, (name, key)| settings.join(Serialized::default(name, key)))
    }
}

/// Adds a secret to the file, if it has none of this name.
fn complete(file: &Path, name: &str, secret: &mut Option<String>) -> anyhow::Result<()> {
    if secret.is_none() {
        let key = random()?;
        let mut open = std::fs::OpenOptions::new().append(true).open(file)?;
        writeln!(open, "\n{name} = \"{key}\"").with_context(|| format!("cannot write {}", file.display()))?;
        open.sync_all()?;
        *secret = Some(key);
    }
    Ok(())
}

/// 32 random bytes in base64.
fn random() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no randomness"))?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once() {
        let folder = std::env::temp_dir().join(format!("atelier-secrets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("secrets.toml");
        let first = Secrets::load_or_create(&file).unwrap();
        let second = Secrets::load_or_create(&file).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(first.pepper, second.pepper);
        assert_ne!(first.pepper, first.internal_secret);
    }

    #[test]
    fn a_secret_that_came_later_is_added_once() {
        let folder = std::env::temp_dir().join(format!("atelier-old-secrets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("secrets.toml");
        let old = "key_encryption_key = 'a'\npepper = 'b'\nsigning_key = 'c'\ninternal_secret = 'd'\n";
        std::fs::write(&file, old).unwrap();
        let first = Secrets::load_or_create(&file).unwrap();
        let second = Secrets::load_or_create(&file).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(first.audit_key.is_some() && first.audit_key == second.audit_key);
        assert!(first.auth_key.is_some() && first.auth_key == second.auth_key);
        assert_eq!(second.pepper, "b");
    }
}

use std::time::Instant;

use rpc::identity::Signer;

/// The keys as one process knows them.
pub struct Ring {
    /// All that are published.
    pub keys: Vec<Public>,
    /// Those whose private half we can open, and from when on each signs; the newest first.
    pub signers: Vec<(Instant, Signer)>,
    pub loaded: Instant,
}

/// A public half.
pub struct Public {
    pub public: Vec<u8>,
    /// Unix seconds.
    pub until: i64,
}

impl Ring {
    /// One key that nobody else has.
    pub fn alone() -> anyhow::Result<Self> {
        let signer = Signer::new(&Signer::generate_seed()?)?;
        let keys = vec![Public { public: signer.public_key().to_vec(), until: i64::MAX }];
        Ok(Self { keys, signers: vec![(Instant::now(), signer)], loaded: Instant::now() })
    }

    /// The newest one whose time has come.
    pub fn signer(&self) -> Option<Signer> {
        let now = Instant::now();
        self.signers.iter().find(|(from, _)| *from <= now).map(|(_, signer)| signer.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_key_does_not_sign_before_its_time() {
        let [old, new] = [(); 2].map(|()| Signer::new(&Signer::generate_seed().unwrap()).unwrap());
        let (now, hour) = (Instant::now(), Duration::from_hours(1));
        let signers = vec![(now + hour, new.clone()), (now, old.clone())];
        let mut ring = Ring { keys: Vec::new(), signers, loaded: now };
        assert_eq!(ring.signer().unwrap().kid(), old.kid());
        ring.signers[0].0 = now;
        assert_eq!(ring.signer().unwrap().kid(), new.kid());
    }
}

//! The signed roots: those of the store, those on the topic, and whether they are the same.

use std::collections::{BTreeMap, BTreeSet};

use bus::{Config as Kafka, Partition, Reader, Start};
use chain::{Root, RootFault, TrustedKeys};
use events::root::RootPublished;
use sqlx::PgPool;

use super::{Range, Topic};
use crate::Error;
use crate::reconcile::range;

/// The roots of a range, by position, each with what is wrong about it already.
pub struct Roots {
    by_position: BTreeMap<i64, Vec<Judged>>,
    /// Whether signatures could be checked.
    is_signed: bool,
    pub fitting: usize,
    pub signed_up_to: i64,
}

struct Judged {
    root: Root,
    fault: Option<String>,
}

impl Roots {
    /// Without a trusted key no signature can be checked; hashes still are.
    pub async fn gather(pool: &PgPool, topic: Topic<'_>, trusted: &TrustedKeys) -> Result<Self, Error> {
        let stored = Root::stored(pool).await?;
        let sent = match topic {
            Topic::Kafka(kafka) => Some(read(kafka).await?),
            Topic::Unread => None,
        };
        let mut roots =
            Self { by_position: BTreeMap::new(), is_signed: !trusted.is_empty(), fitting: 0, signed_up_to: 0 };
        for root in &stored {
            let on_topic = sent.as_ref().map(|sent| sent.get(&root.position));
            let other = match on_topic {
                Some(None) => Some("it is stored, and not on the topic".to_owned()),
                Some(Some(there)) if there.chain_hash != root.chain_hash => {
                    Some("the root on the topic has another hash than the stored one".to_owned())
                }
                _ => None,
            };
            roots.add(root.clone(), other, trusted);
        }
        let known: BTreeSet<i64> = stored.iter().map(|root| root.position).collect();
        for (position, root) in sent.into_iter().flatten() {
            // The relay may have been ended between the two: what counts is that it fits the chain.
            if !known.contains(&position) {
                roots.add(root, None, trusted);
            }
        }
        Ok(roots)
    }

    /// Those of a range; of the whole log also those beyond its end, which tell that it was cut.
    pub fn within(mut self, range: Range) -> Self {
        self.by_position.retain(|position, _| *position >= range.from && (range.is_whole || *position <= range.to));
        self
    }

    fn add(&mut self, root: Root, other: Option<String>, trusted: &TrustedKeys) {
        let signature = if trusted.is_empty() { Ok(()) } else { trusted.check(&root) };
        let fault = signature.err().map(|fault| fault.to_string()).or(other);
        self.by_position.entry(root.position).or_default().push(Judged { root, fault });
    }

    /// What is wrong with the root here, where there is one.
    pub fn judge(&mut self, position: i64, hash: &[u8; 32]) -> Option<String> {
        if self.by_position.first_key_value().is_none_or(|(next, _)| *next > position) {
            return None;
        }
        for Judged { root, fault } in self.by_position.remove(&position)? {
            if let Some(fault) = fault {
                return Some(fault);
            }
            if root.chain_hash != hash {
                return Some(RootFault::OtherHash.to_string());
            }
            self.fitting += 1;
            if self.is_signed {
                self.signed_up_to = position;
            }
        }
        None
    }

    /// The first root that no position has met: the log ended before it.
    pub fn unmet(&self) -> Option<i64> {
        self.by_position.keys().next().copied()
    }

    /// Whether a hash is the one that was signed for this position.
    pub fn confirms(&self, position: i64, hash: &[u8]) -> bool {
        let roots = self.by_position.get(&position);
        roots.is_some_and(|roots| roots.iter().any(|it| it.fault.is_none() && it.root.chain_hash == hash))
    }
}

/// The newest root of each position.
async fn read(kafka: &Kafka) -> Result<BTreeMap<i64, Root>, Error> {
    let partition = Partition::new(kafka.topics().audit_roots(), 0);
    let reader = Reader::new(kafka)?;
    let (low, high) = range(&reader, &partition).await?;
    let mut roots = BTreeMap::new();
    if low == high {
        return Ok(roots);
    }
    reader.add(&partition, Start::Beginning).await?;
    loop {
        let record = reader.next().await?;
        match RootPublished::decode(&record.payload) {
            Ok(root) => drop(roots.insert(root.position, root.into())),
            Err(_) => drop(record.key_text().parse().map(|position| roots.remove(&position))),
        }
        if record.offset + 1 >= high {
            return Ok(roots);
        }
    }
}

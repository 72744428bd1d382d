//! A refresh token is good for one use, and for one more within seconds of it: the answer may have been lost.
//!
//! Of the two pairs that such a repetition leaves, the one that goes on first retires the other. So a thief who
//! used the grace is found out as soon as the second of the two goes on.

use rpc::auth::v1::SignedIn;
use sqlx::PgConnection;

use crate::Error;
use crate::families::{self, Stored};
use crate::service::Inner;
use crate::token::{self, Hash, Kind};

/// What to do with a refresh token that was shown.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Rotate,
    Repeat,
    Reused,
    Over,
}

impl Inner {
    pub async fn refresh(&self, shown: &str) -> Result<SignedIn, Error> {
        let Some((Kind::Refresh, hash)) = token::lookup(shown) else { return Err(Error::InvalidToken) };
        let mut tx = self.pool.begin().await?;
        let stored = families::find_and_hold(&mut tx, hash).await?.ok_or(Error::InvalidToken)?;
        let signed_in = match self.judge(&stored) {
            Verdict::Over => Err(Error::InvalidToken),
            Verdict::Reused => {
                let ended = families::revoke(&mut tx, stored.owner.family, "reused").await?;
                tx.commit().await?;
                return Err(self.theft(&stored, ended).await);
            }
            Verdict::Rotate => self.rotate(&mut tx, hash, &stored).await,
            Verdict::Repeat => {
                families::repeat(&mut tx, hash).await?;
                families::hand_out(&mut tx, &self.config, stored.owner, Some(hash)).await
            }
        }?;
        tx.commit().await?;
        Ok(signed_in)
    }

    fn judge(&self, stored: &Stored) -> Verdict {
        match stored.used {
            _ if !stored.alive || stored.kind != Kind::Refresh.as_str() => Verdict::Over,
            _ if stored.retired => Verdict::Reused,
            None => Verdict::Rotate,
            Some(ago) if ago <= self.config.refresh_grace && !stored.repeated => Verdict::Repeat,
            Some(_) => Verdict::Reused,
        }
    }

    async fn rotate(&self, db: &mut PgConnection, hash: Hash, stored: &Stored) -> Result<SignedIn, Error> {
        families::spend(db, hash).await?;
        families::hand_out(db, &self.config, stored.owner, Some(hash)).await
    }

    async fn theft(&self, stored: &Stored, ended: bool) -> Error {
        let owner = stored.owner;
        if ended {
            tracing::warn!(user.id = %owner.user, family.id = %owner.family, "a refresh token was used again: {} is over", owner.family);
        }
        self.announce(owner.family).await;
        Error::InvalidToken
    }
}

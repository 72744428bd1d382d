use crate::service::Inner;
use crate::{Error, families, token};

impl Inner {
    /// Ends the family of a token of either kind. A token nobody knows is as good as revoked.
    pub async fn revoke(&self, shown: &str) -> Result<(), Error> {
        let Some((_, hash)) = token::lookup(shown) else { return Ok(()) };
        let mut db = self.pool.acquire().await?;
        let Some(stored) = families::find(&mut *db, hash).await? else { return Ok(()) };
        let owner = stored.owner;
        if families::revoke(&mut db, owner.family, "signed_out").await? {
            tracing::info!(user.id = %owner.user, family.id = %owner.family, "{} signed out", owner.user);
            self.announce(owner.family).await;
            self.note_ended((owner.user, owner.home), owner.family, "by_person", "").await;
            return Ok(());
        }
        self.announce(owner.family).await;
        Ok(())
    }
}

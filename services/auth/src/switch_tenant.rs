use domain::TenantId;
use rpc::auth::v1::{SignedIn, SwitchTenantRequest};
use rpc::identity::Claims;

use crate::families::{self, Owner};
use crate::service::Inner;
use crate::token;
use crate::{Error, FamilyId};

impl Inner {
    /// A new sign-in of the same person, in another tenant; one that they leave ends.
    pub async fn switch_tenant(&self, claims: &Claims, request: SwitchTenantRequest) -> Result<SignedIn, Error> {
        let (user, _) = claims.require_person().map_err(Error::Command)?;
        if claims.standing.scopes.is_some() {
            return Err(Error::PersonRequired);
        }
        let tenant: TenantId = request.tenant_id.parse().map_err(|_| Error::NoSuchTenant)?;
        let home = claims.home().ok_or(Error::NoSuchTenant)?;
        let owner = Owner { family: FamilyId::generate(), user, tenant, home };
        self.standing(owner).await?.ok_or(Error::NoSuchTenant)?;

        let mut tx = self.pool.begin().await?;
        let left = match token::lookup(&request.leaving) {
            Some((_, hash)) => families::find(&mut *tx, hash).await?.map(|stored| stored.owner),
            None => None,
        };
        let left = left.filter(|left| left.user == user);
        if let Some(left) = left {
            families::revoke(&mut tx, left.family, "switched").await?;
        }
        let signed_in = families::open(&mut tx, &self.config, owner, &request.device).await?;
        let by: Option<FamilyId> = claims.family.as_deref().and_then(|family| family.parse().ok());
        families::proved_like(&mut tx, owner.family, by).await?;
        tx.commit().await?;
        if let Some(left) = left {
            self.announce(left.family).await;
        }
        tracing::info!(user.id = %user, tenant.id = %tenant, "{user} works in {tenant} now");
        Ok(signed_in)
    }
}

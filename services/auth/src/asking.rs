//! Who calls: with what they show, and as whom.

use rpc::identity::{Verifier, caller};
use tonic::{Request, Status};

use crate::once::Person;
use crate::{Error, FamilyId};

/// The caller's own token, to ask the write side with.
pub fn bearer<T>(request: &Request<T>) -> String {
    let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

/// A person who is signed in, at home, and the sign-in they ask by.
pub struct Asking {
    pub person: Person,
    pub family: Option<FamilyId>,
}

impl Asking {
    #[allow(clippy::result_large_err, reason = "as all of tonic")]
    pub async fn of<T: Sync>(request: &Request<T>, verifier: &Verifier) -> Result<Self, Status> {
        let claims = caller(request, verifier).await?;
        if claims.standing.scopes.is_some() {
            return Err(Error::PersonRequired.into());
        }
        let (user, tenant) = claims.require_person()?;
        let person = (user, claims.home().unwrap_or(tenant));
        Ok(Self { person, family: claims.family.and_then(|family| family.parse().ok()) })
    }
}

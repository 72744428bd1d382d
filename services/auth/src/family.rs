use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// One sign-in on one device: all tokens that descend from it, which end together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FamilyId(Uuid);

impl FamilyId {
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fam_{}", self.0.as_hyphenated())
    }
}

impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a family id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form fam_<uuid>")]
pub struct ParseFamilyError;

impl FromStr for FamilyId {
    type Err = ParseFamilyError;

    fn from_str(text: &str) -> Result<Self, ParseFamilyError> {
        let uuid = text.strip_prefix("fam_").and_then(|rest| Uuid::try_parse(rest).ok());
        uuid.map(Self).ok_or(ParseFamilyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_survives_its_text_and_garbage_is_refused() {
        let family = FamilyId::generate();
        assert_eq!(family.to_string().parse(), Ok(family));
        assert_eq!("usr_0199d3a0-0000-7000-8000-000000000000".parse::<FamilyId>(), Err(ParseFamilyError));
    }
}

use domain::GenerationId;

use crate::cursor::{BadCursor, Cursor};

/// Where a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With what happens next.
    Now,
    /// With the session's running generation, or its last one.
    Last,
    /// With the first event of this generation, running or over.
    Generation(GenerationId),
    /// With the record after this one.
    After(Cursor),
}

impl Start {
    /// From the header `Last-Event-ID`, which wins, and the parameter `from`; empty is absent.
    pub fn parse(last_event_id: Option<&str>, from: Option<&str>) -> Result<Self, BadCursor> {
        match (last_event_id.filter(|id| !id.is_empty()), from.filter(|from| !from.is_empty())) {
            (Some(id), _) => id.parse().map(Self::After),
            (None, Some("0")) => Ok(Self::Last),
            (None, Some(from)) => match from.strip_prefix("g:") {
                Some(id) => id.parse().map(Self::Generation).map_err(|_| BadCursor),
                None => from.parse().map(Self::After),
            },
            (None, None) => Ok(Self::Now),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CURSOR: &str = "v1.0000002a.7.12";

    #[test]
    fn every_documented_form_is_understood() {
        let generation = GenerationId::generate();
        assert_eq!(Start::parse(None, None), Ok(Start::Now));
        assert_eq!(Start::parse(Some(""), Some("")), Ok(Start::Now));
        assert_eq!(Start::parse(None, Some("0")), Ok(Start::Last));
        assert_eq!(Start::parse(None, Some(&format!("g:{generation}"))), Ok(Start::Generation(generation)));
        assert_eq!(Start::parse(None, Some(CURSOR)), Ok(Start::After(CURSOR.parse().unwrap())));
    }

    #[test]
    fn last_event_id_wins_and_is_a_cursor_only() {
        assert_eq!(Start::parse(Some(CURSOR), Some("0")), Ok(Start::After(CURSOR.parse().unwrap())));
        for id in ["0", "-1", "g:gen_0199d3a0-0000-7000-8000-000000000000", "x"] {
            assert_eq!(Start::parse(Some(id), None), Err(BadCursor), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(id in "\\PC*", from in "\\PC*|g:\\PC*") {
            let _ = Start::parse(Some(&id), Some(&from));
            let _ = Start::parse(None, Some(&from));
        }
    }
}

//! Lists in pages: `limit`, an opaque `cursor`, a search.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// The largest page.
const MAX_LIMIT: u32 = 100;
/// The page of who names no limit.
const DEFAULT_LIMIT: u32 = 50;

/// Which part of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Items at most; 1 to 100, 50 where none is named.
    pub limit: Option<u32>,
    /// As the page before gave it.
    pub cursor: Option<String>,
    /// Only what contains these words, in any case.
    pub q: Option<String>,
}

/// One page, and the way to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// `None`: this was the last page.
    pub next_cursor: Option<String>,
}

/// The text is not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct BadCursor;

impl Page {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) as usize
    }

    /// One more than asked for, which tells whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        self.limit() as i64 + 1
    }

    /// The key of the last item seen.
    pub(crate) fn after<K: std::str::FromStr>(&self) -> Result<Option<K>, BadCursor> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| BadCursor)?;
        text.parse().map(Some).map_err(|_| BadCursor)
    }

    pub(crate) fn pattern(&self) -> Option<String> {
        let words = self.q.as_deref().map(str::trim).filter(|words| !words.is_empty())?;
        Some(crate::text::anywhere(words))
    }
}

impl<T> Listing<T> {
    /// From up to `page.fetch()` items in their order; `key` is what the next page begins after.
    pub(crate) fn cut<K: ToString>(mut items: Vec<T>, page: &Page, key: impl Fn(&T) -> K) -> Self {
        let more = items.len() > page.limit();
        items.truncate(page.limit());
        let last = items.last().filter(|_| more);
        let next_cursor = last.map(|item| URL_SAFE_NO_PAD.encode(key(item).to_string()));
        Self { items, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: u32, cursor: Option<String>) -> Page {
        Page { limit: Some(limit), cursor, q: None }
    }

    #[test]
    fn a_full_page_leads_on_and_the_last_one_does_not() {
        let first = Listing::cut(vec![1, 2, 3], &page(2, None), |n| *n);
        assert_eq!(first.items, [1, 2]);
        assert_eq!(page(2, first.next_cursor).after(), Ok(Some(2)));
        assert_eq!(Listing::cut(vec![3, 4], &page(2, None), |n| *n).next_cursor, None);
    }

    #[test]
    fn garbage_is_not_a_cursor() {
        for garbage in ["", "%%", "bm90IGEgbnVtYmVy", "🦀"] {
            assert_eq!(page(2, Some(garbage.to_owned())).after::<i64>(), Err(BadCursor), "{garbage}");
        }
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(page(0, None).limit(), 1);
        assert_eq!(page(100_000, None).limit(), 100);
        assert_eq!(Page::default().limit(), 50);
    }
}

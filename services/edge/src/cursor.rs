//! A place in a session's stream, as the browser sends it back: `v1.<epoch>.<partition>.<offset>`.

use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};

/// Tells one incarnation of the topic from another: offsets of one mean nothing in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Epoch(u32);

impl Epoch {
    /// The same for everybody who reads this topic on this cluster.
    pub fn of(cluster: &str, topic: &str, incarnation: &str) -> Self {
        let digest = digest(&SHA256, format!("{cluster}\n{topic}\n{incarnation}").as_bytes());
        Self(digest.as_ref()[..4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }
}

/// The record that was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub epoch: Epoch,
    pub partition: i32,
    /// The record's offset in its partition.
    pub offset: i64,
}

/// The text is no cursor that we ever gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor of this stream")]
pub struct BadCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{:08x}.{}.{}", self.epoch.0, self.partition, self.offset)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.splitn(5, '.');
        let mut next = || parts.next().ok_or(BadCursor);
        let (version, epoch, partition, offset) = (next()?, next()?, next()?, next()?);
        let epoch = Epoch(u32::from_str_radix(epoch, 16).map_err(|_| BadCursor)?);
        let partition = partition.parse().map_err(|_| BadCursor)?;
        let offset = offset.parse().map_err(|_| BadCursor)?;
        let cursor = Self { epoch, partition, offset };
        // One place has one text: no signs, no leading zeros, no fifth part.
        let ours = version == "v1" && partition >= 0 && offset >= 0 && cursor.to_string() == text;
        if ours { Ok(cursor) } else { Err(BadCursor) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn epoch() -> Epoch {
        Epoch::of("MkU3OEVBNTcwNTJENDM2Qk", "atelier.session-stream", "")
    }

    #[test]
    fn what_we_never_gave_is_refused() {
        let good = Cursor { epoch: epoch(), partition: 3, offset: 17 }.to_string();
        assert!(good.parse::<Cursor>().is_ok());
        let bad = [
            "",
            "-1",
            "0",
            "v1",
            "v1.0.0.0",
            "v1.00000000.0.-1",
            "v1.00000000.-1.0",
            "v1.00000000.0.+1",
            "v1.00000000.0.01",
            "v1.00000000.0.9223372036854775808",
            "v1.00000000.0.1.",
            "v2.00000000.0.1",
            "v1.0000000A.0.1",
            "v1.00000000.99999999999.1",
            " v1.00000000.0.1",
            "v1.00000000.0.1\n",
            "v1.00000000.0.\u{661}",
        ];
        for text in bad {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text:?}");
        }
    }

    #[test]
    fn another_cluster_topic_or_incarnation_is_another_epoch() {
        for other in [
            ("x", "atelier.session-stream", ""),
            ("MkU3OEVBNTcwNTJENDM2Qk", "y", ""),
            ("MkU3OEVBNTcwNTJENDM2Qk", "atelier.session-stream", "2"),
        ] {
            assert_ne!(Epoch::of(other.0, other.1, other.2), epoch());
        }
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(epoch: u32, partition in 0..=i32::MAX, offset in 0..=i64::MAX) {
            let cursor = Cursor { epoch: Epoch(epoch), partition, offset };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn any_text_is_refused_or_is_the_one_text_of_its_cursor(text in "\\PC*|v1(\\.[0-9a-f+-]{0,20}){0,5}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }
}

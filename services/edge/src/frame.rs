//! One server-sent event as bytes. The data is one line of JSON, where line ends are escaped: no text can begin a field.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::cursor::Cursor;

/// What silence sounds like.
pub const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// A rendered event, shared by all who send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    bytes: Bytes,
    /// Length of the `id:` line at the beginning.
    id: usize,
}

impl Frame {
    pub fn new(cursor: Option<&Cursor>, event: &str, data: &impl Serialize) -> Self {
        let id = cursor.map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
        Self::with_id(id.as_bytes(), event, data)
    }

    /// `id`: a whole line, or nothing.
    pub fn with_id(id: &[u8], event: &str, data: &impl Serialize) -> Self {
        let mut bytes = BytesMut::with_capacity(id.len() + event.len() + 160);
        bytes.put_slice(id);
        bytes.put_slice(b"event: ");
        bytes.put_slice(event.as_bytes());
        bytes.put_slice(b"\ndata: ");
        let mut writer = bytes.writer();
        // Maps with string keys, texts and numbers always serialise, and memory does not refuse a write.
        let _ = serde_json::to_writer(&mut writer, data);
        let mut bytes = writer.into_inner();
        bytes.put_slice(b"\n\n");
        Self { bytes: bytes.freeze(), id: id.len() }
    }

    pub fn whole(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The same event; a browser that is cut off after it resumes before it.
    pub fn without_id(&self) -> Bytes {
        self.bytes.slice(self.id..)
    }

    pub fn id(&self) -> &[u8] {
        &self.bytes[..self.id]
    }
}

/// How long a browser waits before it connects again.
pub fn retry(wait: std::time::Duration) -> Bytes {
    format!("retry: {}\n\n", wait.as_millis()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_frame_with_and_without_its_id() {
        let cursor = "v1.0000002a.3.9".parse().unwrap();
        let frame = Frame::new(Some(&cursor), "usage", &json!({"a": 1}));
        assert_eq!(frame.whole(), "id: v1.0000002a.3.9\nevent: usage\ndata: {\"a\":1}\n\n");
        assert_eq!(frame.without_id(), "event: usage\ndata: {\"a\":1}\n\n");
        assert_eq!(Frame::with_id(frame.id(), "usage", &json!({"a": 1})), frame);
    }

    proptest! {
        #[test]
        fn no_text_begins_a_field(text in "(\\PC|[\r\n\u{2028}\u{85}\0])*") {
            let frame = Frame::new(None, "code", &json!({"delta": text})).whole();
            let body = frame.strip_suffix(b"\n\n").unwrap();
            let lines: Vec<_> = body.split(|byte| matches!(byte, b'\r' | b'\n')).collect();
            prop_assert_eq!(lines.len(), 2);
            let data: serde_json::Value = serde_json::from_slice(lines[1].strip_prefix(b"data: ").unwrap()).unwrap();
            prop_assert_eq!(data["delta"].as_str(), Some(text.as_str()));
        }
    }
}

use std::io::Write;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderValue;
use ring::digest::{SHA256, digest};

/// One file, ready to be sent.
pub struct Asset {
    pub bytes: Bytes,
    pub kind: HeaderValue,
    pub etag: HeaderValue,
    packed: OnceLock<Option<Bytes>>,
}

impl Asset {
    pub fn new(name: &str, bytes: Bytes) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &bytes).as_ref()[..16]);
        let etag = HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes, kind: kind(name), etag, packed: OnceLock::new() }
    }

    /// Packed on first use, if that makes it smaller.
    pub fn gzip(&self) -> Option<&Bytes> {
        self.packed.get_or_init(|| pack(&self.kind, &self.bytes)).as_ref()
    }
}

fn kind(name: &str) -> HeaderValue {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let text = guess.type_() == "text" || guess.subtype() == "javascript" || guess.subtype() == "json";
    let charset = if text { "; charset=utf-8" } else { "" };
    let kind = format!("{}{charset}", guess.essence_str());
    HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn pack(kind: &HeaderValue, bytes: &Bytes) -> Option<Bytes> {
    let kind = kind.to_str().unwrap_or_default();
    let packs = ["text/", "application/javascript", "application/json", "application/wasm", "image/svg"];
    if bytes.len() < 512 || !packs.iter().any(|packs| kind.starts_with(packs)) {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < bytes.len()).then(|| packed.into())
}

//! Content security policies of pages: the app's, the preview frame's, and everything else's.

use super::Assets;

/// Templates with `{origin}` where the public origin goes.
pub struct Policies {
    app: String,
    frame: Option<String>,
}

/// A file that is opened by itself can do nothing.
const ALONE: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

impl Policies {
    /// The build leaves the hashes of its inline scripts, and the frame's whole policy, beside the pages.
    pub fn read(assets: &Assets) -> Self {
        let hashes: Vec<String> =
            assets.text("csp-hashes.json").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let hashes: Vec<String> = hashes.into_iter().filter(|hash| is_hash(hash)).collect();
        let frame = assets.text("preview/csp.txt").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        Self { app: app(&hashes), frame }
    }

    pub fn of(&self, name: &str, origin: &str) -> String {
        let template = match name {
            "preview/frame.html" => self.frame.as_deref().unwrap_or(ALONE),
            name if name.starts_with("preview/") => ALONE,
            _ => &self.app,
        };
        template.replace("{origin}", origin)
    }
}

/// Only our own scripts run. The preview is the only frame, and naming it here also keeps what runs inside it
/// from navigating itself elsewhere. Style sheets may be written into the page: the editor and the toasts do.
fn app(hashes: &[String]) -> String {
    let hashes: String = hashes.iter().map(|hash| format!(" {hash}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
         frame-src {{origin}}/preview/; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// `'sha256-…'` and nothing that could end the directive.
fn is_hash(text: &str) -> bool {
    let inner = text.strip_prefix("'sha256-").and_then(|rest| rest.strip_suffix('\''));
    inner.is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn policies() -> Policies {
        let hashes = br#"["'sha256-abc+/='", "'unsafe-inline'", "'sha256-x'; script-src *"]"#;
        let frame = b"sandbox allow-scripts;\n  script-src {origin}/preview/; frame-ancestors {origin}\n";
        Policies::read(&Assets::embedded([
            ("csp-hashes.json".to_owned(), Cow::Borrowed(&hashes[..])),
            ("preview/csp.txt".to_owned(), Cow::Borrowed(&frame[..])),
        ]))
    }

    #[test]
    fn the_app_runs_its_own_scripts_and_frames_the_preview_only() {
        let policy = policies().of("w.html", "https://a.example");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-abc+/=';"), "{policy}");
        assert!(policy.contains("frame-src https://a.example/preview/;"));
        assert!(policy.contains("frame-ancestors 'none'"));
    }

    #[test]
    fn the_frame_has_the_policy_of_its_build_on_one_line() {
        let policy = policies().of("preview/frame.html", "http://localhost:8080");
        assert_eq!(
            policy,
            "sandbox allow-scripts; script-src http://localhost:8080/preview/; frame-ancestors http://localhost:8080"
        );
        assert_eq!(policies().of("preview/v/react.js", "x"), ALONE);
    }
}

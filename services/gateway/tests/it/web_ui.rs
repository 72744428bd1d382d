use std::fs;
use std::path::Path;

use gateway::Config;
use http::Method;

use crate::browser::Browser;
use crate::house::House;

fn build(folder: &Path) {
    let big = "// a line of script\n".repeat(200);
    let files: [(&str, &str); 10] = [
        ("index.html", "<title>projects</title>"),
        ("w.html", "<title>workspace</title>"),
        ("404.html", "<title>not here</title>"),
        ("_next/static/chunks/a.js", &big),
        ("csp-hashes.json", "[\"'sha256-AAAA='\"]"),
        ("preview/frame.html", "<title>preview</title>"),
        ("preview/csp.txt", "sandbox allow-scripts; script-src {origin}/preview/; frame-ancestors {origin}"),
        ("preview/v/react.js", "export {}"),
        ("preview/manifest.json", "{}"),
        ("icon.svg", "<svg/>"),
    ];
    for (name, content) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
}

fn browser() -> (tempfile::TempDir, Browser) {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let config = Config { web_dir: Some(folder.path().to_owned()), ..Config::default() };
    (folder, House::with(config).browser())
}

#[tokio::test]
async fn pages_are_found_by_their_address_and_files_by_their_name() {
    let (_folder, browser) = browser();
    for (path, title) in
        [("/", "projects"), ("/w", "workspace"), ("/w/", "workspace"), ("/w?p=prj_1&c=ses_1", "workspace")]
    {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains(title), "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
    }
    let missing = browser.get("/nowhere").await;
    assert!(missing.status == 404 && missing.text.contains("not here"));
    for secret in ["/csp-hashes.json", "/preview/csp.txt", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        assert_eq!(browser.get(secret).await.status, 404, "{secret}");
    }
    assert_eq!(browser.send(Method::POST, "/w", None, axum::body::Body::empty()).await.status, 405);
}

#[tokio::test]
async fn an_app_page_runs_its_own_scripts_and_frames_the_preview_only() {
    let (_folder, browser) = browser();
    let page = browser.with("host", "localhost:8080").get("/w").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-AAAA=';"), "{policy}");
    assert!(policy.contains("frame-src http://localhost:8080/preview/;"), "{policy}");
    assert!(!policy.contains("unsafe-eval' ;") && !policy.contains("script-src 'unsafe-inline'"));
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn the_preview_is_another_world() {
    let (_folder, browser) = browser();
    let frame = browser.get("/preview/frame.html").await;
    assert_eq!(
        frame.header("content-security-policy"),
        "sandbox allow-scripts; script-src http://127.0.0.1:8080/preview/; frame-ancestors http://127.0.0.1:8080"
    );
    assert_eq!(frame.header("x-frame-options"), "", "its own page must be able to frame it");
    assert!(frame.header("permissions-policy").contains("clipboard-read=()"));
    for path in ["/preview/frame.html", "/preview/v/react.js", "/preview/manifest.json"] {
        let file = browser.get(path).await;
        assert_eq!(file.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(file.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        assert!(file.headers.get("set-cookie").is_none());
    }
    assert_eq!(browser.get("/w").await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again_and_what_is_sent_is_packed() {
    let (_folder, browser) = browser();
    let script = browser.get("/_next/static/chunks/a.js").await;
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    let again = browser.with("if-none-match", script.header("etag")).get("/_next/static/chunks/a.js").await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));

    let packed = browser.with("accept-encoding", "gzip, br").get("/_next/static/chunks/a.js").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.text.len() < script.text.len() / 2);
    assert_eq!(browser.get("/preview/v/react.js").await.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let config = Config { web_dir: Some("/no/such/folder".into()), ..Config::default() };
    let (config, parts) = House::with(config).into_parts();
    let error = format!("{:#}", gateway::router(config, parts).unwrap_err());
    assert!(error.contains("web_dir") && error.contains("/no/such/folder"), "{error}");
}

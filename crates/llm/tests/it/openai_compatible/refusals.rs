//! Servers that refuse, and what is asked again.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use llm::{Config, Error, OpenAiCompatible};

use super::{counting, hear, serve, text};
use crate::playback::{self, Call, FINISH, delta, provider, server};

#[tokio::test]
async fn what_fails_before_the_first_token_is_asked_again() {
    let (url, _server) = server(|number, mut call: Call| async move {
        match number {
            0 => call.status("429 Too Many Requests\r\nretry-after: 0.02", "").await,
            1 => call.status("503 Service Unavailable", "busy").await,
            2 => call.reset(),
            _ => call.stream(&[&delta("at last"), FINISH, "[DONE]"]).await,
        }
    })
    .await;
    let begun = Instant::now();
    let (chunks, error) = hear(&provider(&url)).await;
    assert_eq!((text(&chunks).as_str(), error), ("at last", None));
    assert!(begun.elapsed() >= Duration::from_millis(20), "Retry-After is honoured");
}

#[tokio::test]
async fn what_fails_after_the_first_token_is_never_asked_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let (url, _server) = server(move |_, mut call: Call| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move { call.stream(&[&delta("half")]).await }
    })
    .await;
    assert_eq!(hear(&provider(&url)).await.1, Some(Error::Broken));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn attempts_are_counted_and_the_last_failure_is_told() {
    let calls = Arc::new(AtomicUsize::new(0));
    let app = counting(&calls, StatusCode::INTERNAL_SERVER_ERROR, "");
    let config = Config { attempts: NonZeroU32::new(3).unwrap(), ..playback::config(&serve(app).await) };
    let error = hear(&OpenAiCompatible::new(config).unwrap()).await.1;
    assert_eq!(error, Some(Error::Unavailable { status: 500, retry_after: None }));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refusal_is_final_and_tells_only_the_server_s_word() {
    let calls = Arc::new(AtomicUsize::new(0));
    let body = r#"{"error":{"message":"a secret question is too long","type":"BadRequestError","code":400}}"#;
    let url = serve(counting(&calls, StatusCode::BAD_REQUEST, body)).await;
    let error = hear(&provider(&url)).await.1.unwrap();
    assert_eq!(error, Error::Refused { status: 400, kind: Some("BadRequestError".into()) });
    assert!(!format!("{error} {error:?}").contains("secret"));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (url, _server) = server(|_, mut call: Call| async move {
        call.status("307 Temporary Redirect\r\nlocation: http://169.254.169.254/", "").await;
    })
    .await;
    assert_eq!(hear(&provider(&url)).await.1, Some(Error::Refused { status: 307, kind: None }));
}

#[tokio::test]
async fn a_bad_configuration_is_refused_at_once() {
    for url in ["ftp://x/v1", "http://x/v1?key=1"] {
        assert!(OpenAiCompatible::new(playback::config(url)).is_err(), "{url}");
    }
    let config = Config { key: Some("a\nb".into()), ..playback::config("http://x/v1") };
    assert!(OpenAiCompatible::new(config).is_err());
}

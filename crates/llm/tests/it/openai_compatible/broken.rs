//! Answers that break off, fall silent or make no sense.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use llm::{Chunk, Config, Error, OpenAiCompatible, Provider};
use tokio::sync::Notify;

use super::{hear, heard, question, text};
use crate::playback::{self, Call, FINISH, delta, provider, server};

#[tokio::test]
async fn done_without_a_finish_reason_is_no_success() {
    let (chunks, error) = heard(&[r#"{"choices":[{"delta":{"content":"a"}}]}"#, "[DONE]"]).await;
    assert_eq!((text(&chunks).as_str(), error), ("a", Some(Error::Broken)));
}

#[tokio::test]
async fn an_end_without_a_finish_reason_is_no_success_either() {
    let (chunks, error) = heard(&[r#"{"choices":[{"delta":{"content":"a"}}]}"#]).await;
    assert_eq!((text(&chunks).as_str(), error), ("a", Some(Error::Broken)));
}

#[tokio::test]
async fn an_error_event_before_done_is_a_failure_even_after_the_finish_reason() {
    let (chunks, error) = heard(&[
        r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
        r#"{"error":{"message":"EngineCore died while answering a secret question","type":"InternalServerError","code":500}}"#,
        "[DONE]",
    ]).await;
    let error = error.unwrap();
    assert_eq!(text(&chunks), "a");
    assert_eq!(error, Error::Reported { status: Some(500), kind: Some("InternalServerError".into()) });
    assert!(!error.to_string().contains("secret"));
}

#[tokio::test]
async fn an_error_as_the_first_word_is_asked_again_where_that_may_help() {
    for (code, calls_then) in [(503, 2), (400, 1)] {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let (url, _server) = server(move |number, mut call: Call| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                let error = format!(r#"{{"error":{{"message":"no","code":{code}}}}}"#);
                if number == 0 {
                    call.stream(&[&error]).await;
                } else {
                    call.stream(&[&delta("a"), FINISH, "[DONE]"]).await;
                }
            }
        })
        .await;
        let (_, error) = hear(&provider(&url)).await;
        assert_eq!((calls.load(Ordering::SeqCst), error.is_none()), (calls_then, calls_then == 2), "{code}");
    }
}

#[tokio::test]
async fn a_chunk_that_is_not_json_is_a_failure() {
    let (chunks, error) = heard(&[r#"{"choices":[{"delta":{"content":"a"}}]}"#, r#"{"choices":[{"del"#]).await;
    assert_eq!(text(&chunks), "a");
    assert_eq!(error.unwrap().code(), "model_malformed");
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let (url, _server) = server(|_, mut call: Call| async move {
        call.send("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Hi</h1>").await;
    })
    .await;
    assert_eq!(hear(&provider(&url)).await.1.unwrap().code(), "model_malformed");
}

#[tokio::test]
async fn a_connection_reset_in_the_middle_is_a_broken_answer() {
    let heard_it = Arc::new(Notify::new());
    let hung = heard_it.clone();
    let (url, _server) = server(move |_, mut call: Call| {
        let heard_it = heard_it.clone();
        async move {
            call.stream(&[&delta("half")]).await;
            heard_it.notified().await;
            call.reset();
        }
    })
    .await;

    let mut stream = provider(&url).stream(question()).await.unwrap();
    assert_eq!(stream.next().await, Some(Ok(Chunk::Text("half".into()))));
    hung.notify_one();
    assert_eq!(stream.next().await, Some(Err(Error::Broken)));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn silence_between_two_tokens_ends_the_answer() {
    let (url, _server) = server(|_, mut call: Call| async move {
        call.stream(&[&delta("a")]).await;
        call.hung_up().await;
    })
    .await;
    let config = Config { silence: Duration::from_millis(50), ..playback::config(&url) };
    let (chunks, error) = hear(&OpenAiCompatible::new(config).unwrap()).await;
    assert_eq!(text(&chunks), "a");
    assert_eq!(error, Some(Error::Silent { after: Duration::from_millis(50) }));
}

#[tokio::test]
async fn headers_are_no_sign_of_a_token() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let (url, _server) = server(move |_, mut call: Call| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            call.stream(&[r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#]).await;
            call.hung_up().await;
        }
    })
    .await;
    let config = Config { first_token: Duration::from_millis(800), ..playback::config(&url) };
    let error = hear(&OpenAiCompatible::new(config).unwrap()).await.1;
    assert_eq!(error, Some(Error::Silent { after: Duration::from_millis(800) }));
    assert_eq!(calls.load(Ordering::SeqCst), 1, "who was silent is not asked again");
}

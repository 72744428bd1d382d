//! What a good answer is, however its bytes arrive, and what is asked for it.

use std::sync::Arc;

use axum::{
    Json, Router,
    routing::{get, post},
};
use futures::StreamExt;
use llm::{Chunk, Config, FinishReason, OpenAiCompatible, Provider, Request, Usage};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{hear, heard, question, serve, text};
use crate::playback::{self, Call, FINISH, PATIENCE, delta, provider, server};

#[tokio::test]
async fn a_captured_vllm_answer_is_heard_whole() {
    let captured = include_str!("../../fixtures/vllm_stream.txt");
    let (url, _server) = server(move |_, mut call: Call| async move {
        call.send(playback::STREAM).await;
        call.send(captured).await;
    })
    .await;

    let (chunks, error) = hear(&provider(&url)).await;

    assert_eq!(error, None);
    assert_eq!(text(&chunks), " 425jtceizss 58 929 130w 968 itkx");
    let usage = Usage { prompt_tokens: 26, completion_tokens: 12, reasoning_tokens: None, total_tokens: 38 };
    assert_eq!(chunks[chunks.len() - 2..], [Chunk::Usage(usage), Chunk::Finished(FinishReason::Length)]);
}

#[tokio::test]
async fn any_split_of_the_bytes_is_the_same_answer() {
    let captured = include_str!("../../fixtures/vllm_stream.txt");
    for size in [1, 7, 100] {
        let (url, _server) = server(move |_, mut call: Call| async move {
            call.send(playback::STREAM).await;
            for piece in captured.as_bytes().chunks(size) {
                call.send(std::str::from_utf8(piece).unwrap()).await;
            }
        })
        .await;
        assert_eq!(text(&hear(&provider(&url)).await.0), " 425jtceizss 58 929 130w 968 itkx");
    }
}

#[tokio::test]
async fn the_request_asks_for_a_stream_with_usage_and_carries_the_key() {
    let (told, mut asked) = tokio::sync::mpsc::channel(1);
    let (url, _server) = server(move |_, mut call: Call| {
        let told = told.clone();
        async move {
            told.send(call.request.clone()).await.unwrap();
            call.stream(&[FINISH, "[DONE]"]).await;
        }
    })
    .await;
    let config = Config { key: Some("sk-1".into()), ..playback::config(&url) };
    let request = Request { max_tokens: Some(9), temperature: Some(0.5), ..question() };

    drop(OpenAiCompatible::new(config).unwrap().stream(request).await.unwrap());

    let request = asked.recv().await.unwrap();
    assert!(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    assert!(request.contains("authorization: Bearer sk-1\r\n"));
    let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "model": "tiny", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 9, "temperature": 0.5,
            "messages": [{"role": "user", "content": "a secret question"}],
        })
    );
}

#[tokio::test]
async fn thinking_is_kept_apart_under_both_its_names() {
    let (chunks, _) = heard(&[
        r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#,
        r#"{"choices":[{"delta":{"reasoning_content":"old "}}]}"#,
        r#"{"choices":[{"delta":{"reasoning":"new"}}]}"#,
        FINISH,
        "[DONE]",
    ])
    .await;
    assert_eq!(
        chunks,
        [Chunk::Reasoning("old ".into()), Chunk::Reasoning("new".into()), Chunk::Finished(FinishReason::Stop),]
    );
}

#[tokio::test]
async fn an_end_after_the_finish_reason_needs_no_done() {
    let (chunks, error) = heard(&[r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#]).await;
    assert_eq!(error, None);
    assert_eq!(chunks, [Chunk::Text("a".into()), Chunk::Finished(FinishReason::Stop)]);
}

#[tokio::test]
async fn every_token_is_passed_on_before_the_next_one_exists() {
    let heard = Arc::new(Notify::new());
    let tell = heard.clone();
    let (url, _server) = server(move |_, mut call: Call| {
        let heard = heard.clone();
        async move {
            call.stream(&[]).await;
            for token in ["a", "b", "c"] {
                call.event(&delta(token)).await;
                heard.notified().await;
            }
            call.event(FINISH).await;
        }
    })
    .await;

    let mut stream = provider(&url).stream(question()).await.unwrap();
    for token in ["a", "b", "c"] {
        let chunk = timeout(PATIENCE, stream.next()).await.expect("the token is held back");
        assert_eq!(chunk, Some(Ok(Chunk::Text(token.into()))));
        tell.notify_one();
    }
    assert_eq!(stream.next().await, Some(Ok(Chunk::Finished(FinishReason::Stop))));
}

#[tokio::test]
async fn without_a_configured_model_the_first_served_one_answers() {
    let app = Router::new()
        .route(
            "/v1/models",
            get(|| async { Json(serde_json::json!({"data": [{"id": "qwen", "max_model_len": 4096}]})) }),
        )
        .route(
            "/v1/chat/completions",
            post(|Json(body): Json<serde_json::Value>| async move {
                let said = delta(body["model"].as_str().unwrap());
                ([("content-type", "text/event-stream")], format!("data: {said}\n\ndata: {FINISH}\n\ndata: [DONE]\n\n"))
            }),
        );
    let config = Config { model: None, ..playback::config(&serve(app).await) };
    let provider = OpenAiCompatible::new(config).unwrap();
    assert!(provider.models().is_empty());

    assert_eq!(text(&hear(&provider).await.0), "qwen");

    assert_eq!(provider.models()[0].context_length, Some(4096));
}

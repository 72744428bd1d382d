//! The traps of streaming model servers, each played by one that falls into it.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use futures::StreamExt;
use llm::{Chunk, Config, Error, FinishReason, Message, OpenAiCompatible, Provider, Request, Usage};
use tokio::{net::TcpListener, net::TcpSocket, sync::Notify, time::timeout};

use crate::playback::{self, Call, FINISH, PATIENCE, delta, provider, server};

fn question() -> Request {
    Request { messages: vec![Message::user("a secret question")], ..Request::default() }
}

/// Everything one answer says, up to its end or its error.
async fn hear(provider: &OpenAiCompatible) -> (Vec<Chunk>, Option<Error>) {
    let mut chunks = Vec::new();
    let mut stream = match provider.stream(question()).await {
        Ok(stream) => stream,
        Err(error) => return (chunks, Some(error)),
    };
    while let Some(chunk) = timeout(PATIENCE, stream.next()).await.expect("the stream hangs") {
        match chunk {
            Ok(chunk) => chunks.push(chunk),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last item");
                return (chunks, Some(error));
            }
        }
    }
    (chunks, None)
}

/// What is heard when one server answers every request with these events.
async fn heard(events: &'static [&'static str]) -> (Vec<Chunk>, Option<Error>) {
    let (url, _server) = server(move |_, mut call: Call| async move { call.stream(events).await }).await;
    hear(&provider(&url)).await
}

fn text(chunks: &[Chunk]) -> String {
    chunks.iter().filter_map(|chunk| if let Chunk::Text(text) = chunk { Some(text.as_str()) } else { None }).collect()
}

#[tokio::test]
async fn a_captured_vllm_answer_is_heard_whole() {
    let captured = include_str!("../fixtures/vllm_stream.txt");
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
    let captured = include_str!("../fixtures/vllm_stream.txt");
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
async fn an_end_after_the_finish_reason_needs_no_done() {
    let (chunks, error) = heard(&[r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#]).await;
    assert_eq!(error, None);
    assert_eq!(chunks, [Chunk::Text("a".into()), Chunk::Finished(FinishReason::Stop)]);
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
async fn dropping_the_stream_stops_the_model() {
    let stopped = Arc::new(Notify::new());
    let stop = stopped.clone();
    let (url, _server) = server(move |_, mut call: Call| {
        let stop = stop.clone();
        async move {
            call.stream(&[&delta("a")]).await;
            call.hung_up().await;
            stop.notify_one();
        }
    })
    .await;
    let stream = provider(&url).stream(question()).await.unwrap();
    drop(stream);
    timeout(PATIENCE, stopped.notified()).await.expect("the connection stays open");
}

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
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(hear(&provider(&url)).await.1, Some(Error::Unreachable));
}

#[tokio::test]
async fn a_connection_that_is_never_made_is_given_up() {
    // A full backlog: the kernel lets further connections wait.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await {
        waiting.push(connected.unwrap());
    }
    let config = Config {
        connect: Duration::from_millis(100),
        attempts: NonZeroU32::MIN,
        ..playback::config(&format!("http://{address}/v1"))
    };
    let error = timeout(PATIENCE, hear(&OpenAiCompatible::new(config).unwrap())).await.unwrap().1;
    assert_eq!(error, Some(Error::Unreachable));
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

#[tokio::test]
async fn connections_are_kept_for_the_next_question() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let provider = provider(&url);
    let asks = async {
        for _ in 0..3 {
            assert_eq!(hear(&provider).await.1, None);
        }
    };
    // One connection is accepted and no other: a second one would never be answered.
    let serves = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            let request = playback::read_request(&mut socket).await;
            let mut call = Call { request, socket };
            call.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let body = format!("data: {FINISH}\n\ndata: [DONE]\n\n");
            call.send(&format!("{:x}\r\n{body}\r\n", body.len())).await;
            // As uvicorn does it: the end of the body comes in a packet of its own.
            tokio::task::yield_now().await;
            call.send("0\r\n\r\n").await;
            socket = call.socket;
        }
    };
    timeout(PATIENCE, async { tokio::join!(asks, serves) }).await.expect("a second connection was opened");
}

#[tokio::test]
async fn a_bad_configuration_is_refused_at_once() {
    for url in ["ftp://x/v1", "http://x/v1?key=1"] {
        assert!(OpenAiCompatible::new(playback::config(url)).is_err(), "{url}");
    }
    let config = Config { key: Some("a\nb".into()), ..playback::config("http://x/v1") };
    assert!(OpenAiCompatible::new(config).is_err());
}

fn counting(calls: &Arc<AtomicUsize>, status: StatusCode, body: &'static str) -> Router {
    let calls = calls.clone();
    Router::new().route(
        "/v1/chat/completions",
        post(move || {
            calls.fetch_add(1, Ordering::SeqCst);
            async move { (status, body).into_response() }
        }),
    )
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

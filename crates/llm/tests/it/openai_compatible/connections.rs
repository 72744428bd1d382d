//! Connections: made, kept, given up, and closed when nobody listens.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use llm::{Config, Error, OpenAiCompatible, Provider};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{hear, question};
use crate::playback::{self, Call, FINISH, PATIENCE, delta, provider, server};

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

//! On a real socket: bounds, revocations from elsewhere, and an orderly end.

use std::net::SocketAddr;
use std::time::Duration;

use gateway::Config;
use rpc::auth::v1::{RevokeRequest, SignUpRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::browser::PASSWORD;
use crate::house::{House, address};

struct Served {
    address: SocketAddr,
    auth: rpc::Auth,
    shutdown: CancellationToken,
    serving: JoinHandle<anyhow::Result<()>>,
}

async fn serve(config: Config) -> Served {
    let house = House::with(config);
    let auth = house.auth.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
    let (config, parts) = house.into_parts();
    let serving = tokio::spawn(gateway::serve_on(listener, config, parts, shutdown.clone()));
    Served { address, auth, shutdown, serving }
}

impl Served {
    async fn says(&self, request: &str) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        rest(&mut socket).await
    }

    async fn asks_who(&self, token: &str) -> String {
        let head = format!(
            "GET /api/v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        self.says(&head).await
    }
}

async fn rest(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    within_ten_seconds(socket.read_to_end(&mut text)).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

async fn within_ten_seconds<T>(fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), fact).await.expect("it did not happen in ten seconds")
}

#[tokio::test]
async fn a_revocation_from_elsewhere_is_heard() {
    let served = serve(Config::default()).await;
    let form = SignUpRequest {
        email: address(),
        password: PASSWORD.into(),
        name: "Alice".into(),
        device: String::new(),
        origin: String::new(),
        invite: String::new(),
    };
    let tokens = served.auth.sign_up(form, "").await.unwrap();
    assert!(served.asks_who(&tokens.access_token).await.starts_with("HTTP/1.1 200"));
    // Not through this gateway: only the announcement can make it forget what it remembers.
    served.auth.revoke(RevokeRequest { token: tokens.refresh_token }, "").await.unwrap();
    within_ten_seconds(async { while !served.asks_who(&tokens.access_token).await.starts_with("HTTP/1.1 401") {} })
        .await;
}

#[tokio::test]
async fn whoever_never_finishes_a_request_is_cut_off() {
    let served = serve(Config { header_timeout: Duration::from_millis(200), ..Config::default() }).await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    socket.write_all(b"GET /api/v1/me HTTP/1.1\r\nhost: x\r\nx-slow").await.unwrap();
    rest(&mut socket).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let served = serve(Config::default()).await;
    let answer = served.says(&format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(200_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{}", &answer[..60.min(answer.len())]);
    let many = "x: y\r\n".repeat(500);
    let answer = served.says(&format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{}", &answer[..60.min(answer.len())]);
}

#[tokio::test]
async fn a_smuggled_request_is_refused() {
    let served = serve(Config::default()).await;
    let both = "POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 6\r\n\
                transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_eq!(served.says(both).await.matches("HTTP/1.1 ").count(), 1);
    let twice = "POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!";
    assert!(served.says(twice).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_body_that_is_too_large_hears_why() {
    let served = serve(Config { body_limit: 1000, ..Config::default() }).await;
    let body = format!("{{\"token\":\"{}\"}}", "x".repeat(5000));
    let request = format!(
        "POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = served.says(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn what_is_being_answered_is_answered_before_the_end() {
    let served = serve(Config::default()).await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    let head = "POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\
                expect: 100-continue\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    within_ten_seconds(socket.read_exact(&mut go_on)).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "the handler reads by now");

    served.shutdown.cancel();
    socket.write_all(b"{\"token\":\"x\"}").await.unwrap();
    let answer = rest(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    within_ten_seconds(served.serving).await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "nothing listens any more");
}

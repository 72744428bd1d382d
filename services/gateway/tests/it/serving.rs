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

/// Half of what one process may hold open, at both ends.
const HALF_OPEN: usize = 4_000;

#[tokio::test]
async fn thousands_of_half_open_connections_keep_nobody_out_and_are_cut_off() {
    let served = serve(Config { header_timeout: Duration::from_secs(3), ..Config::default() }).await;
    let mut half_open = Vec::new();
    for _ in 0..HALF_OPEN {
        let mut socket = TcpStream::connect(served.address).await.unwrap();
        socket.write_all(b"GET /api/v1/me HTTP/1.1\r\nhost: x\r\n").await.unwrap();
        half_open.push(socket);
    }
    let whole = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = within_ten_seconds(served.says(whole)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{}", &answer[..60.min(answer.len())]);
    for mut socket in half_open {
        rest(&mut socket).await;
    }
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

/// Behind each head stands a request that would be answered with 200 if it were ever read as one.
#[tokio::test]
async fn a_smuggled_request_is_refused() {
    let served = serve(Config::default()).await;
    let inner = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunked = format!("0\r\n\r\n{inner}");
    let long = inner.len() + 5;
    let heads = [
        ("both lengths", format!("content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n{chunked}")),
        ("both, the other way round", format!("transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n{chunked}")),
        (
            "both, and the length is right",
            format!("transfer-encoding: chunked\r\ncontent-length: {long}\r\n\r\n{chunked}"),
        ),
        ("two lengths", format!("content-length: 0\r\ncontent-length: {long}\r\n\r\n{inner}")),
        ("a list of lengths", format!("content-length: 0, {long}\r\n\r\n{inner}")),
        ("a length with a sign", format!("content-length: +0\r\n\r\n{inner}")),
        ("a negative length", format!("content-length: -1\r\n\r\n{inner}")),
        ("a length in hex", format!("content-length: 0x0\r\n\r\n{inner}")),
        ("two encodings", format!("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n{chunked}")),
        (
            "the same encoding twice",
            format!("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n{chunked}"),
        ),
        ("an unknown encoding", format!("transfer-encoding: xchunked\r\n\r\n{chunked}")),
        ("chunked and not last", format!("transfer-encoding: chunked, identity\r\n\r\n{chunked}")),
        ("a blank before the colon", format!("transfer-encoding : chunked\r\n\r\n{chunked}")),
        ("a folded header", format!("x: y\r\n transfer-encoding: chunked\r\n\r\n{chunked}")),
        ("a bare CR", format!("x: y\rtransfer-encoding: chunked\r\n\r\n{chunked}")),
        ("a chunk length with junk", format!("transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n{inner}")),
        ("a chunk length beyond all", format!("transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{inner}")),
        ("chunked alone", format!("transfer-encoding: chunked\r\n\r\n{chunked}")),
        ("two hosts", format!("host: y\r\ncontent-length: 0\r\n\r\n{inner}")),
    ];
    for (what, head) in heads {
        let request = format!("POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\n{head}");
        let said = tokio::time::timeout(Duration::from_secs(10), served.says(&request)).await;
        let answer = said.unwrap_or_else(|_| panic!("{what}: the connection stays open"));
        let answers = answer.matches("HTTP/1.1 ").count();
        let hidden = answer.contains("\"openapi\"");
        assert!(answers <= 1 && !hidden, "{what}: {answers} answers: {}", &answer[..answer.len().min(300)]);
        assert!(!answer.starts_with("HTTP/1.1 2") && !answer.starts_with("HTTP/1.1 5"), "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_comes_drop_by_drop_is_cut_off() {
    let served = serve(Config { body_timeout: Duration::from_millis(300), ..Config::default() }).await;
    let head = "POST /api/v1/auth/revoke HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    let answer = served.says(head).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn whoever_reads_nothing_is_cut_off_and_others_are_served() {
    let limits = crate::house::limits(1_000_000);
    let served = serve(Config { unread_timeout: Duration::from_millis(300), limits, ..Config::default() }).await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut slow = socket.connect(served.address).await.unwrap();
    let ask = "GET /api/v1/docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n";
    slow.write_all(ask.repeat(20).as_bytes()).await.unwrap();
    // It is over when nothing can be sent to it any more.
    within_ten_seconds(async {
        while slow.write_all(ask.as_bytes()).await.is_ok() {
            assert!(
                served
                    .says("GET /api/v1/auth/providers HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                    .await
                    .starts_with("HTTP/1.1 200")
            );
        }
    })
    .await;
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

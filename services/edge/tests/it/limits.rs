//! Nobody takes all the room.

use edge::Config;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_too_many_is_refused_until_another_is_closed() {
    let world = World::new().await;
    let author = world.session();
    let edge = world.edge_with(Config { streams_per_user: 2, ..Config::default() }, world.caller()).await;
    let mut first = edge.browser.opens(author.session, "").await;
    let mut second = edge.browser.opens(author.session, "").await;
    first.sees("hello").await;
    second.sees("hello").await;
    let refused = edge.browser.is_refused(author.session, "", None).await;
    assert_eq!(refused, (StatusCode::TOO_MANY_REQUESTS, "too_many_streams".to_owned()));
    drop(first);
    let opened = async {
        while edge.browser.get(author.session, "", None).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, opened).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_edge_says_so() {
    let world = World::new().await;
    let author = world.session();
    let edge = world.edge_with(Config { streams: 0, ..Config::default() }, world.caller()).await;
    let refused = edge.browser.is_refused(author.session, "", None).await;
    assert_eq!(refused, (StatusCode::SERVICE_UNAVAILABLE, "overloaded".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_costs_little() {
    const WATCHERS: usize = 1_000;
    let world = World::new().await;
    let config = Config { streams_per_user: WATCHERS, ..Config::default() };
    let edge = world.edge_with(config, world.caller()).await;
    let authors: Vec<_> = (0..WATCHERS).map(|_| world.session()).collect();
    let mut open = vec![];
    for author in &authors[..100] {
        open.push(watch(edge.address, author.session).await);
    }
    let before = resident();
    for author in &authors[100..] {
        open.push(watch(edge.address, author.session).await);
    }
    let each = resident().saturating_sub(before) / (WATCHERS - 100);
    assert!(each <= 35, "{each} KiB for each watcher, the test's own end included");
}

async fn watch(address: std::net::SocketAddr, session: domain::SessionId) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /api/v1/sessions/{session}/events HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = vec![];
    while !seen.windows(6).any(|window| window == b"hello\n") {
        let mut buffer = [0; 512];
        let read = tokio::time::timeout(crate::world::PATIENCE, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert!(read > 0, "closed");
        seen.extend_from_slice(&buffer[..read]);
    }
    stream
}

/// Memory of this process, in KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

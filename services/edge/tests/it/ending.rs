//! Every stream that the server ends says why, and resuming it loses nothing.

use std::time::{Duration, Instant};

use edge::{Caller, Config, Start};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::browser::Screen;
use crate::world::{PATIENCE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token() {
    let world = World::new().await;
    let author = world.session();
    let caller = Caller { expires_at: world.in_time(1_500), ..world.caller() };
    let edge = world.edge_with(Config::default(), caller).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    author.asks("x").await;
    page.until("generation.started").await;
    let begun = Instant::now();
    assert_eq!(page.sees("closing").await.data["reason"], "expired");
    assert!(page.next().await.is_none());
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_sign_in_ends_its_streams_at_once() {
    let world = World::new().await;
    let (author, caller) = (world.session(), world.caller());
    let edge = world.edge_with(Config::default(), caller.clone()).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    caller.revoked.cancel();
    assert_eq!(page.sees("closing").await.data["reason"], "signed_out");
    assert!(page.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_that_is_too_far_behind_is_cut_and_resumes_without_loss() {
    let world = World::new().await;
    let author = world.session();
    let config = Config { slow_records: 100, slow_after: Duration::from_millis(100), ..Config::default() };
    let edge = world.edge_with(config, world.caller()).await;
    let mut slow = Box::pin(edge.edge.stream(world.caller(), author.session, Start::Now).await.unwrap());
    slow.next().await.unwrap();
    let mut quick = edge.browser.opens(author.session, "").await;
    let mut screen = Screen::default();
    screen.shows(&quick.sees("hello").await);
    let id = screen.last_id.clone();

    let generation = author.asks("x").await;
    for index in 0..200 {
        author.says(generation, 1, index, &["w"]).await;
    }
    author.completes(generation, 1).await;
    quick.until("generation.completed").await;
    tokio::time::sleep(Duration::from_millis(100)).await; // not reading for at least that long is what is tested

    let last = String::from_utf8(slow.next().await.unwrap().to_vec()).unwrap();
    assert_eq!(last, "event: closing\ndata: {\"reason\":\"slow\"}\n\n");
    assert!(slow.next().await.is_none());
    match id {
        Some(id) => {
            let mut page = edge.browser.resumes(author.session, &id).await;
            page.until("generation.completed").await.iter().for_each(|frame| screen.shows(frame));
        }
        None => {
            let mut page = edge.browser.opens(author.session, "?from=0").await;
            page.until("generation.completed").await.iter().for_each(|frame| screen.shows(frame));
        }
    }
    assert_eq!(screen.texts[&generation.to_string()], "w".repeat(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_reads_nothing_is_cut() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stalled = socket.connect(edge.address).await.unwrap();
    let request =
        format!("GET /api/v1/sessions/{}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", author.session);
    stalled.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 64];
    stalled.read_exact(&mut first).await.unwrap();

    let generation = author.asks("x").await;
    let large = "w".repeat(200_000);
    let begun = Instant::now();
    for index in 0.. {
        assert!(begun.elapsed() < PATIENCE, "the connection is still there");
        author.says(generation, 1, index, &[&large]).await;
        // The peer's reset is the only thing that we can notice without reading.
        if stalled.write_all(b"\r\n").await.is_err() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_is_not_cut_because_much_came_at_once() {
    let world = World::new().await;
    let author = world.session();
    let config = Config { slow_records: 10, memory_per_session: 20_000, ..Config::default() };
    let edge = world.edge_with(config, world.caller()).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    let generation = author.asks("x").await;
    let deltas = vec!["w"; 2_000];
    author.says(generation, 1, 0, &deltas).await;
    author.completes(generation, 1).await;
    let mut screen = Screen::default();
    page.until("generation.completed").await.iter().for_each(|frame| screen.shows(frame));
    assert_eq!(screen.texts[&generation.to_string()], deltas.concat());
}

/// Bob watches Alice's session, until Alice takes it from him.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_shared_no_more_closes_and_says_so() {
    let world = World::new().await;
    let (author, bob) = (world.session(), world.bob());
    let may = |answer| world.sessions.guests.lock().unwrap().insert((author.session, bob.user), answer);
    may(Ok(true));
    let config = Config { shared_again: Duration::from_millis(50), ..Config::default() };
    let edge = world.edge_with(config, bob.clone()).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    author.asks("x").await;
    page.until("generation.started").await;
    let begun = Instant::now();
    may(Ok(false));
    assert_eq!(page.sees("closing").await.data["reason"], "unshared");
    assert!(page.next().await.is_none());
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nobody_can_say_whether_it_is_still_shared_who_watches_comes_again() {
    let world = World::new().await;
    let (author, bob) = (world.session(), world.bob());
    let may = |answer| world.sessions.guests.lock().unwrap().insert((author.session, bob.user), answer);
    may(Err(edge::Refusal::Unavailable));
    let config = Config { shared_again: Duration::from_millis(50), ..Config::default() };
    let edge = world.edge_with(config, bob.clone()).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    assert_eq!(page.sees("closing").await.data["reason"], "moved");
}

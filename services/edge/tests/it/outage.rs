//! Kafka goes away and comes back.

use std::sync::Arc;
use std::time::Duration;

use devstack::{Options, Stack};
use edge::Config;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn streams_stay_open_while_kafka_is_away_and_go_on_afterwards() {
    let options = Options { keep: devstack::Keep::Data, source: devstack::Source::Native, ..Options::test() };
    let state = options.state.clone();
    let stack = Arc::new(Stack::start(options, |_| {}).await.unwrap());
    let world = World::on(stack.clone()).await;
    let author = world.session();
    let config = Config { heartbeat: Duration::from_millis(200), ..Config::default() };
    let edge = world.edge_with(config, world.caller()).await;
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    let generation = author.asks("x").await;
    page.until("generation.started").await;

    stack.kill_kafka().await.unwrap();
    for _ in 0..5 {
        assert_eq!(page.block().await.unwrap(), ":");
    }
    // Whoever comes now is served from memory.
    let mut late = edge.browser.opens(author.session, &format!("?from=g:{generation}")).await;
    late.until("generation.started").await;
    stack.restart_kafka().await.unwrap();
    author.says(generation, 1, 0, &["back"]).await;
    assert_eq!(page.sees("explanation").await.data["delta"], "back");
    assert_eq!(late.sees("explanation").await.data["delta"], "back");
    drop((page, late, author));
    edge.stop().await;
    drop(world);
    if let Some(stack) = Arc::into_inner(stack) {
        stack.stop().await;
    }
    std::fs::remove_dir_all(state).ok();
}

/// The broker takes its partitions up again some time after it answers: pieces are read before and after that.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_while_the_leaders_settle_after_a_restart() {
    let options = Options { keep: devstack::Keep::Data, source: devstack::Source::Native, ..Options::test() };
    let state = options.state.clone();
    let stack = Arc::new(Stack::start(options, |_| {}).await.unwrap());
    let world = World::on(stack.clone()).await;
    let edge = world.edge().await;
    for round in 0..rounds() {
        let authors: Vec<_> = (0..6).map(|_| world.session()).collect();
        let mut watched = Vec::new();
        for author in &authors {
            let mut page = edge.browser.opens(author.session, "").await;
            page.sees("hello").await;
            let generation = author.asks("x").await;
            page.until("generation.started").await;
            watched.push((author, page, generation));
        }
        stack.kill_kafka().await.unwrap();
        stack.restart_kafka().await.unwrap();
        for index in 0..60 {
            for (author, _, generation) in &watched {
                author.says(*generation, 1, index, &["x"]).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await; // the broker settles meanwhile
        }
        for (number, (_, page, _)) in watched.iter_mut().enumerate() {
            let mut last = -1;
            while last < 59 {
                let frame = page.sees("explanation").await;
                last = frame.data["index"].as_i64().unwrap();
            }
            println!("round {round}, page {number}: all seen");
        }
    }
    edge.stop().await;
    drop(world);
    if let Some(stack) = Arc::into_inner(stack) {
        stack.stop().await;
    }
    std::fs::remove_dir_all(state).ok();
}

/// More by hand: `ATELIER_ROUNDS=20`.
fn rounds() -> usize {
    std::env::var("ATELIER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

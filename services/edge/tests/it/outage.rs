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

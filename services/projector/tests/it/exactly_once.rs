//! Whatever happens to records and projectors, the rows are those of one undisturbed run.

use std::time::Duration;

use bus::Message;
use domain::session::Command;
use projector::Config;

use crate::database::Database;
use crate::talk::Talk;
use crate::world::{World, config, until};

/// Some sessions side by side, told in turns.
pub async fn some_life(world: &World, sessions: usize, rounds: usize) -> Vec<Talk> {
    let mut talks: Vec<_> = (0..sessions).map(|_| world.talk()).collect();
    for talk in &mut talks {
        let steps = talk.opens("A page");
        world.tell(talk, steps).await;
    }
    for round in 0..rounds {
        for talk in &mut talks {
            let steps = talk.goes_on(&format!("version {round}"));
            world.tell(talk, steps).await;
        }
    }
    talks
}

/// What one undisturbed projector makes of it, in a database of its own.
pub async fn undisturbed(world: &World) -> String {
    let database = Database::fresh().await;
    let running = world.projects_into(&database, Config { group: "undisturbed".into(), ..config() });
    world.is_folded_into(&database).await;
    running.stops().await;
    database.dump().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_relay_sends_again_is_skipped() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let mut steps = talk.opens("A page");
    steps.extend(talk.goes_on("first"));
    let records = world.records(&talk, &steps);
    world.send(records.clone()).await;
    world.is_folded().await;
    let once = world.database.dump().await;

    world.send(records[2..].to_vec()).await;
    world.is_folded().await;
    assert_eq!(world.database.dump().await, once);

    let steps = talk.goes_on("second");
    world.tell(&talk, steps).await;
    world.is_folded().await;
    assert_eq!(world.database.count("versions").await, 2);
    assert_eq!(world.database.count("parked").await, 0);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_at_or_below_the_last_position_is_a_repeat() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = talk.opens("A page");
    let mut records = world.records(&talk, &steps);
    let rename = talk.does(Command::Rename { by: world.alice, title: "Another".into() });
    records.extend(world.records(&talk, &rename));
    let early = Message { headers: records[0].headers.clone(), ..records[1].clone() };
    let later = records.split_off(1);
    world.send([records, vec![early]].concat()).await;
    world.is_folded().await;
    assert_eq!(world.database.count("sessions where version = 1").await, 1);

    world.send(later).await;
    world.is_folded().await;
    assert_eq!(world.database.count("sessions where version = 2").await, 1);
    assert_eq!(world.database.count("parked").await, 0);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_projectors_that_both_think_they_own_the_topic_double_nothing() {
    let world = World::open().await;
    // Two groups: each gets every partition.
    let group = |name: &str| Config { group: name.into(), batch_events: 5, ..config() };
    let mut one = world.projects(group("one"));
    let mut other = world.projects(group("other"));
    until("both ready", async || one.health.unready().is_empty() && other.health.unready().is_empty()).await;
    some_life(&world, 6, 8).await;
    world.is_folded().await;
    // Both took each partition once; who took one again was fenced before.
    until("somebody was fenced", async || world.database.count("offsets where epoch > 2").await > 0).await;
    assert!(one.is_running() && other.is_running());
    one.stops().await;
    other.stops().await;
    assert_eq!(world.database.count("parked").await, 0);
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projector_killed_again_and_again_leaves_the_rows_of_one_run() {
    let world = World::open().await;
    some_life(&world, 6, 12).await;
    let total = 6 + 6 * 12 * 5;
    let config = Config { batch_events: 2, session_timeout: Duration::from_secs(6), ..config() };
    let mut kills = 0;
    while world.database.folded("sessions").await < total {
        let before = world.database.folded("sessions").await;
        let running = world.projects(config.clone());
        until("some steps", async || world.database.folded("sessions").await > (before + 40).min(total - 1)).await;
        running.is_killed().await;
        kills += 1;
    }
    assert!(kills >= 3, "it was only killed {kills} times");
    let last = world.projects(config); // some of the others have not come as far
    world.is_folded().await;
    last.stops().await;
    assert_eq!(world.database.count("parked").await, 0);
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projectors_of_one_group_share_the_work_and_hand_it_over() {
    let world = World::open().await;
    let first = world.projects(config());
    some_life(&world, 6, 4).await;
    let second = world.projects(config());
    some_life(&world, 6, 4).await;
    first.stops().await;
    some_life(&world, 6, 4).await;
    world.is_folded().await;
    second.stops().await;
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_may_not_write_it_waits_and_then_goes_on() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = talk.opens("Before");
    world.tell(&talk, steps).await;
    world.is_folded().await;
    until("ready", async || running.health.unready().is_empty()).await;

    // Not the fault of any event: nothing may be parked.
    sqlx::query("revoke all on read.sessions from atelier_read").execute(&world.database.owner).await.unwrap();
    let steps = talk.goes_on("meanwhile");
    world.tell(&talk, steps).await;
    until("unready", async || running.health.unready().contains_key("projector")).await;
    assert_eq!(world.database.count("parked").await, 0);

    sqlx::query("grant all on read.sessions to atelier_read").execute(&world.database.owner).await.unwrap();
    world.is_folded().await;
    until("ready again", async || running.health.unready().is_empty()).await;
    running.stops().await;
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_are_gone_from_the_topic_are_not_waited_for() {
    let world = World::open().await;
    let mut gone = world.talk();
    let steps = [gone.opens("Gone"), gone.goes_on("also gone")].concat();
    world.tell(&gone, steps).await;
    world.delete_records("sessions").await;
    let mut kept = world.talk();
    while world.partition_of(&kept) != world.partition_of(&gone) {
        kept = world.talk();
    }
    let steps = kept.opens("Kept");
    world.tell(&kept, steps).await;
    let running = world.projects(config());
    world.is_folded().await;
    assert_eq!(world.database.count("sessions").await, 1);
    assert_eq!(world.database.count("parked").await, 0);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_ends_before_our_place_is_not_read() {
    let world = World::open().await;
    sqlx::query(
        "insert into read.offsets (projection, topic, partition, next_offset, last_position, epoch)
         values ('sessions', $1, 0, 1000, 1000, 1)",
    )
    .bind(world.bus.topics().sessions())
    .execute(&world.database.owner)
    .await
    .unwrap();
    let running = world.projects(config());
    let says_why = |why: &str| why.contains("sessions[0] is folded up to 1000") && why.contains("rebuilt");
    until("says why", async || running.health.unready().get("projector").is_some_and(|why| says_why(why))).await;
    running.stops().await;
}

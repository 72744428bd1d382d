//! A parked key is tried again in order when somebody asks, and goes on live when nothing waits any more.

use bus::headers::{DEAD_OFFSET, DEAD_REASON};
use bus::{Partition, Reader, Start, Topics};
use projector::dead_letters::{ParkedKey, Which, list, retry, show};

use crate::talk::{Step, Talk};
use crate::world::{World, config, until};

async fn waiting(world: &World) -> Vec<ParkedKey> {
    list(&world.database.read, &Which::default()).await.unwrap()
}

fn of(talk: &Talk) -> Which {
    Which { projection: Some("sessions".into()), key: Some(talk.id.to_string()) }
}

async fn version_of(world: &World, talk: &Talk) -> i64 {
    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let session = projections::sessions::by_id(&mut reader, talk.id).await.unwrap();
    session.map_or(0, |session| session.version)
}

/// A session that cannot go on because Postgres refuses its message, for a reason that can be cured.
async fn refused(world: &World) -> (Talk, Vec<Step>) {
    sqlx::query("alter table read.messages add constraint no_devil check (content <> 'the devil')")
        .execute(&world.database.owner)
        .await
        .unwrap();
    let mut talk = world.talk();
    let steps = [talk.opens("Refused"), talk.goes_on("the devil"), talk.goes_on("after it")].concat();
    (talk, steps)
}

async fn cure(world: &World) {
    sqlx::query("alter table read.messages drop constraint no_devil").execute(&world.database.owner).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_cure_a_key_is_drained_in_order_and_goes_on_live() {
    let world = World::open().await;
    let running = world.projects(config());
    let (mut talk, steps) = refused(&world).await;
    let all = steps.len() as i64;
    world.tell(&talk, steps).await;
    world.is_folded().await;
    let keys = waiting(&world).await;
    assert_eq!((keys.len(), keys[0].key.as_str()), (1, talk.id.to_string().as_str()));
    assert_eq!((keys[0].projection.as_str(), keys[0].waiting, keys[0].retry), ("sessions", all - 2, false));
    assert!(keys[0].reason.as_ref().unwrap().contains("no_devil"), "{keys:?}");
    assert_eq!(version_of(&world, &talk).await, 1);

    // While nobody asks, nothing is tried, whatever was cured; what comes still waits.
    cure(&world).await;
    let later = talk.goes_on("meanwhile");
    world.tell(&talk, later).await;
    world.is_folded().await;
    assert_eq!(waiting(&world).await[0].waiting, all + 3);

    assert_eq!(retry(&world.database.read, &of(&talk)).await.unwrap().len(), 1);
    until("drained", async || waiting(&world).await.is_empty()).await;
    assert_eq!(version_of(&world, &talk).await, talk.sequence);

    let live = talk.goes_on("live again");
    world.tell(&talk, live).await;
    world.is_folded().await;
    assert_eq!(version_of(&world, &talk).await, talk.sequence);
    assert!(waiting(&world).await.is_empty());
    running.stops().await;
    assert_eq!(world.database.dump().await, crate::exactly_once::undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_fails_again_stays_with_its_new_reason() {
    let world = World::open().await;
    let running = world.projects(config());
    let (talk, steps) = refused(&world).await;
    let all = steps.len() as i64;
    world.tell(&talk, steps).await;
    world.is_folded().await;

    // Cured, but a later event of the key has a trouble of its own.
    cure(&world).await;
    sqlx::query("alter table read.messages add constraint no_after check (content <> 'after it')")
        .execute(&world.database.owner)
        .await
        .unwrap();
    retry(&world.database.read, &of(&talk)).await.unwrap();
    let has_new_reason = |key: &ParkedKey| !key.retry && key.reason.as_ref().unwrap().contains("no_after");
    until("a new reason", async || waiting(&world).await.first().is_some_and(has_new_reason)).await;
    assert_eq!(version_of(&world, &talk).await, 6, "what came before the second trouble is folded");
    assert_eq!(waiting(&world).await[0].waiting, all - 7);

    let unknown = Which { key: Some("ses_nobody".into()), ..Which::default() };
    assert!(retry(&world.database.read, &unknown).await.unwrap().is_empty());
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_over_the_partition_drains_what_was_asked_for() {
    let world = World::open().await;
    let running = world.projects(config());
    let (talk, steps) = refused(&world).await;
    world.tell(&talk, steps).await;
    world.is_folded().await;
    running.stops().await;
    cure(&world).await;
    retry(&world.database.read, &of(&talk)).await.unwrap();
    assert!(waiting(&world).await[0].retry);

    let other = world.projects(config());
    until("drained", async || waiting(&world).await.is_empty()).await;
    assert_eq!(version_of(&world, &talk).await, talk.sequence);
    other.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_is_the_envelope_and_a_copy_is_among_the_topic_s_dead_letters() {
    let world = World::open().await;
    let running = world.projects(config());
    let (talk, steps) = refused(&world).await;
    world.tell(&talk, steps).await;
    world.is_folded().await;

    let records = show(&world.database.read, &of(&talk), 3).await.unwrap();
    assert_eq!(records.len(), 3);
    assert_eq!((records[0].event_type.as_deref(), records[0].sequence), (Some("MessagePosted"), Some(2)));
    assert!(records[0].reason.is_some() && records[1].reason.is_none());
    let printed = serde_json::to_string(&records).unwrap();
    assert!(!printed.contains("devil\"") && !printed.contains("sealed"), "{printed}");

    let letters = Topics::dead_letter(&world.bus.topics().sessions());
    let reader = Reader::open(&world.bus, &[(Partition::new(letters, 0), Start::Beginning)]).await.unwrap();
    let letter = reader.next().await.unwrap();
    assert_eq!(letter.key_text(), talk.id.to_string());
    assert!(letter.headers.get(DEAD_REASON).unwrap().contains("no_devil"));
    assert_eq!(letter.headers.get(DEAD_OFFSET), Some(records[0].offset.to_string().as_str()));
    running.stops().await;
}

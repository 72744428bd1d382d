//! Poison parks its key; all others go on.

use domain::session::Event;

use crate::talk::{Step, Talk};
use crate::world::{World, config};

type Row = (String, i64, Option<String>);

/// Key, offset, reason; in order.
async fn parked(world: &World) -> Vec<Row> {
    sqlx::query_as(r#"select convert_from(key, 'UTF8'), "offset", reason from read.parked where projection = 'sessions' order by key, "offset""#)
        .fetch_all(&world.database.owner)
        .await
        .unwrap()
}

/// Mixed, so that they share batches; their positions follow that order, as the relay's do.
fn in_turns(world: &World, one: (&Talk, &[Step]), other: (&Talk, &[Step])) -> Vec<bus::Message> {
    let record = |talk, step: &Step| world.records(talk, std::slice::from_ref(step));
    one.1.iter().zip(other.1).flat_map(|(a, b)| [record(one.0, a), record(other.0, b)].concat()).collect()
}

async fn version_of(world: &World, talk: &Talk) -> Option<i64> {
    let mut reader = world.database.reader(world.tenant, world.alice).await;
    projections::sessions::by_id(&mut reader, talk.id).await.unwrap().map(|session| session.version)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_event_park_their_key_and_what_comes_after_it() {
    let world = World::open().await;
    let running = world.projects(config());
    let (mut sick, mut well) = (world.talk(), world.talk());
    let steps = [sick.opens("Sick"), sick.goes_on("never seen")].concat();
    let healthy = [well.opens("Well"), well.goes_on("seen")].concat();
    let mut records = in_turns(&world, (&sick, &steps), (&well, &healthy));
    records[2].payload = b"garbage".as_slice().into();
    world.send(records).await;
    world.is_folded().await;

    assert_eq!(version_of(&world, &well).await, Some(well.sequence));
    assert_eq!(version_of(&world, &sick).await, Some(1));
    let rows = parked(&world).await;
    assert_eq!(rows.len(), steps.len() - 1);
    assert!(rows.iter().all(|(key, ..)| *key == sick.id.to_string()));
    assert!(rows[0].2.as_ref().unwrap().contains("schema id"), "{:?}", rows[0].2);
    assert!(rows[1..].iter().all(|(.., reason)| reason.is_none()));
    running.stops().await;

    // Another projector remembers who waits.
    let running = world.projects(config());
    let steps = sick.goes_on("waits as well");
    let more = steps.len();
    world.tell(&sick, steps).await;
    world.is_folded().await;
    assert_eq!(parked(&world).await.len(), rows.len() + more);
    assert_eq!(world.database.count("parked where projection = 'sessions' and reason is not null").await, 1);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_folded_is_found_out_of_its_batch() {
    let world = World::open().await;
    let (mut gappy, mut well) = (world.talk(), world.talk());
    let steps = [gappy.opens("A gap"), gappy.goes_on("one"), gappy.goes_on("two")].concat();
    let healthy = [well.opens("Well"), well.goes_on("one"), well.goes_on("two")].concat();
    let mut records = in_turns(&world, (&gappy, &steps), (&well, &healthy));
    records.remove(6); // the gappy one's fourth
    world.send(records).await;
    let running = world.projects(config());
    world.is_folded().await;

    assert_eq!(version_of(&world, &gappy).await, Some(3));
    assert_eq!(version_of(&world, &well).await, Some(11));
    let rows = parked(&world).await;
    assert_eq!(rows[0].2.as_deref(), Some(format!("event 5 of {} came after event 3", gappy.id).as_str()));
    assert_eq!(rows.len(), 7);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_was_sealed_for_another_session_is_parked() {
    let world = World::open().await;
    let (mut real, mut well) = (world.talk(), world.talk());
    let steps = real.opens("Mine");
    let mut forged = world.records(&real, &steps);
    // Sealed for one session, and put under another one's id.
    let stolen = world.record_sealed_for("session", &real.id.to_string(), &well.id.to_string(), 1, &steps[0].1);
    forged[0].payload = stolen;
    world.send(forged).await;
    let steps = well.opens("Well");
    world.tell(&well, steps).await;
    let running = world.projects(config());
    world.is_folded().await;
    assert_eq!(version_of(&world, &real).await, None);
    assert_eq!(version_of(&world, &well).await, Some(1));
    let rows = parked(&world).await;
    assert!(rows.len() == 1 && rows[0].2.as_ref().unwrap().contains("belongs elsewhere"), "{rows:?}");
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_postgres_refuses_is_parked() {
    let world = World::open().await;
    let (mut first, mut second) = (world.talk(), world.talk());
    let steps = [first.opens("First"), first.goes_on("mine")].concat();
    let said = steps.iter().find_map(|(_, event)| match event {
        Event::MessagePosted(posted) => Some(posted.message_id),
        _ => None,
    });
    let mut copied = [second.opens("Second"), second.goes_on("a message id that is taken")].concat();
    let posted = copied.iter_mut().find_map(|(_, event)| match event {
        Event::MessagePosted(posted) => Some(posted),
        _ => None,
    });
    posted.unwrap().message_id = said.unwrap();
    world.tell(&first, steps).await;
    let running = world.projects(config());
    world.is_folded().await;
    world.tell(&second, copied).await;
    world.is_folded().await;

    assert_eq!((version_of(&world, &first).await, version_of(&world, &second).await), (Some(6), Some(1)));
    let rows = parked(&world).await;
    assert!(rows.len() == 5 && rows[0].2.as_ref().unwrap().contains("messages_pkey"), "{rows:?}");
    running.stops().await;
}

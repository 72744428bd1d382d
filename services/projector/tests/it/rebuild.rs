//! A read model is folded again beside the live one, compared, exchanged, and exchanged back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{ProjectId, TenantId, UserId};
use projections::{Page, sessions};
use projector::Config;
use projector::rebuild::{Example, TableDiff, discard_all, names};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::child::{Process, Task};
use crate::database::pool_of;
use crate::exactly_once::{some_life, undisturbed};
use crate::talk::Talk;
use crate::world::{World, config, until};

fn quietly(_: projector::rebuild::Progress) {}

async fn execute(world: &World, statement: &str) {
    sqlx::raw_sql(statement).execute(&world.database.owner).await.unwrap();
}

async fn refused(pool: &PgPool, statement: &str) -> bool {
    sqlx::query(statement).execute(pool).await.is_err()
}

fn only_differing(differences: Vec<TableDiff>) -> Vec<TableDiff> {
    differences.into_iter().filter(|table| !table.is_same()).collect()
}

/// Somebody who reads all the time, and notices if anything is missing, older than before, or refused.
async fn reads_without_a_break(world: &World, talk: &Talk, enough: &AtomicBool) -> usize {
    let (mut seen, mut looks) = (0, 0);
    while !enough.load(Ordering::SeqCst) {
        let mut reader = world.database.reader(world.tenant, world.alice).await;
        let session = sessions::by_id(&mut reader, talk.id).await.unwrap().expect("it is always there");
        let said = sessions::messages(&mut reader, talk.id, &Page { limit: Some(100), ..Page::default() }).await;
        assert!(session.version >= seen, "{} after {seen}", session.version);
        let (said, answers) = (said.unwrap().unwrap().items.len(), 2 * session.head as usize);
        assert!(
            (answers..=answers + 1).contains(&said),
            "one moment, one state: {said} messages, {answers} of them over"
        );
        (seen, looks) = (session.version, looks + 1);
        drop(reader);
        let mut stranger = world.database.reader(TenantId::generate(), world.alice).await;
        assert!(sessions::by_id(&mut stranger, talk.id).await.unwrap().is_none(), "row-level security holds");
    }
    looks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuilt_read_model_takes_over_while_people_read_and_write() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = [talk.opens("Read all the time"), talk.goes_on("one")].concat();
    world.tell(&talk, steps).await;
    some_life(&world, 6, 10).await;
    world.is_folded().await;

    let (enough, operator) = (AtomicBool::new(false), world.operator("sessions", config()));
    let watched = Talk { id: talk.id, ..world.talk() };
    let operate = async {
        let rebuilt = operator.rebuild(false, &quietly).await.unwrap();
        assert_eq!((rebuilt.resumed_at, rebuilt.goal.values().sum::<i64>()), (0, 6 + 6 * 50 + 6));
        let steps = talk.goes_on("two");
        world.send(world.records(&talk, &steps)).await;
        assert_eq!(only_differing(operator.diff(5, &quietly).await.unwrap()), []);
        let held = operator.swap(false, &quietly).await.unwrap();
        assert!(held < Duration::from_secs(5), "{held:?}");
        let steps = talk.goes_on("three");
        world.send(world.records(&talk, &steps)).await;
        world.is_folded().await;
        operator.swap(true, &quietly).await.unwrap();
        world.is_folded().await;
        enough.store(true, Ordering::SeqCst);
    };
    let (looks, ()) = tokio::join!(reads_without_a_break(&world, &watched, &enough), operate);
    assert!(looks > 10, "{looks}");

    some_life(&world, 3, 3).await;
    world.is_folded().await;
    until("ready", async || running.health.unready().is_empty()).await;
    running.stops().await;
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
    assert!(refused(&world.database.gateway, "select from read_previous.sessions").await);
    assert!(refused(&world.database.read, "select from read_previous.sessions").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_diff_names_rows_and_columns_and_a_swap_heals_them() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = [talk.opens("Healthy"), talk.goes_on("a secret prompt")].concat();
    world.tell(&talk, steps).await;
    world.is_folded().await;
    let healthy = world.database.dump().await;
    execute(&world, "update read.sessions set title = 'Damaged', head = 7; delete from read.files").await;

    let operator = world.operator("sessions", config());
    assert!(operator.diff(5, &quietly).await.unwrap_err().to_string().contains("has no copy"));
    operator.rebuild(false, &quietly).await.unwrap();
    let differences = only_differing(operator.diff(5, &quietly).await.unwrap());
    let example = |key: &str, what: &str| Example { key: key.to_owned(), what: what.to_owned() };
    assert_eq!((differences[0].table.as_str(), differences[0].changed), ("sessions", 1));
    assert_eq!(differences[0].examples, [example(&talk.id.to_string(), "head, title")]);
    assert_eq!((differences[1].table.as_str(), differences[1].added, differences[1].missing), ("files", 1, 0));
    assert_eq!(differences[1].examples, [example(&format!("{} 1 src/App.tsx", talk.id), "added")]);
    assert!(!serde_json::to_string(&differences).unwrap().contains("secret"));

    operator.swap(false, &quietly).await.unwrap();
    assert_eq!(world.database.dump().await, healthy);
    operator.swap(true, &quietly).await.unwrap();
    assert_ne!(world.database.dump().await, healthy, "that is what was live before");
    operator.swap(true, &quietly).await.unwrap();
    assert_eq!(world.database.dump().await, healthy);

    discard_all(&world.database.owner).await.unwrap();
    assert!(operator.swap(true, &quietly).await.unwrap_err().to_string().contains("no previous copy"));
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_was_killed_goes_on_and_a_second_one_is_refused() {
    let world = World::open().await;
    some_life(&world, 6, 60).await;
    let running = world.projects(config());
    world.is_folded().await;
    let slow = Config { rebuild_batch_events: 1, rebuild_workers: 1, ..config() };
    let folded = async || -> i64 {
        sqlx::query_scalar("select coalesce(sum(next_offset), 0)::bigint from read_next.offsets")
            .fetch_one(&world.database.owner)
            .await
            .unwrap()
    };
    let process = Process::starts(&world, Task::RebuildSessions, slow);
    until("some of it is folded", async || folded().await > 100).await;

    let operator = world.operator("sessions", config());
    let refusal = operator.rebuild(false, &quietly).await.unwrap_err().to_string();
    assert!(refusal.contains("a rebuild of sessions is under way") && refusal.contains("process"), "{refusal}");
    assert!(world.operator("users", config()).swap(false, &quietly).await.is_err(), "there is one at a time");

    process.is_killed();
    let before = folded().await;
    let total = 6 + 6 * 60 * 5;
    assert!((1..total).contains(&before), "{before}");
    until("its lease is over", async || {
        operator.diff(1, &quietly).await.is_err_and(|e| e.to_string().contains("not filled"))
    })
    .await;
    let rebuilt = operator.rebuild(false, &quietly).await.unwrap();
    assert!(rebuilt.resumed_at >= before, "{rebuilt:?}");
    assert_eq!(rebuilt.resumed_at + rebuilt.folded, total);
    assert_eq!(only_differing(operator.diff(5, &quietly).await.unwrap()), []);

    // Afresh is afresh.
    assert_eq!(operator.rebuild(true, &quietly).await.unwrap().resumed_at, 0);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_model_can_be_rebuilt_and_what_fills_it_cannot_touch_what_is_live() {
    let world = World::open().await;
    let running = world.projects(config());
    people_and_projects(&world).await;
    some_life(&world, 3, 4).await;
    world.is_folded().await;
    let before = world.database.dump().await;
    for projection in names() {
        let operator = world.operator(projection, Config { rebuild_batch_events: 5000, ..config() });
        operator.rebuild(false, &quietly).await.unwrap();
        assert_eq!(only_differing(operator.diff(5, &quietly).await.unwrap()), [], "{projection}");
        operator.swap(false, &quietly).await.unwrap();
        assert_eq!(world.database.dump().await, before, "{projection}");
    }
    let filler = pool_of(&world.database.url, "rebuild");
    for forbidden in ["select from read.sessions", "delete from read.offsets", "create table read_next.more ()"] {
        assert!(refused(&filler, forbidden).await, "{forbidden}");
    }
    assert!(world.no_operator("nobody").contains("there are users, tenants, projects, sessions, usage"));

    some_life(&world, 3, 2).await;
    world.is_folded().await;
    running.stops().await;
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_parked_in_the_copy_too_is_parked_after_the_swap() {
    let world = World::open().await;
    let (mut sick, mut well) = (world.talk(), world.talk());
    let steps = [sick.opens("Sick"), sick.goes_on("never seen")].concat();
    let mut records = world.records(&sick, &steps);
    records[1].payload = b"garbage".as_slice().into();
    world.send(records).await;
    let steps = [well.opens("Well"), well.goes_on("seen")].concat();
    world.tell(&well, steps).await;
    let running = world.projects(config());
    world.is_folded().await;
    let (parked, ours) = (world.database.count("parked").await, "parked where projection = 'sessions'");
    let before = world.database.count(ours).await;

    let operator = world.operator("sessions", config());
    operator.rebuild(false, &quietly).await.unwrap();
    assert_eq!(only_differing(operator.diff(5, &quietly).await.unwrap()), []);
    operator.swap(false, &quietly).await.unwrap();
    assert_eq!(world.database.count("parked").await, parked);
    let steps = sick.goes_on("waits as well");
    let more = steps.len() as i64;
    world.tell(&sick, steps).await;
    world.is_folded().await;
    assert_eq!(world.database.count(ours).await, before + more);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_whose_beginning_is_gone_is_not_rebuilt_from() {
    let world = World::open().await;
    some_life(&world, 3, 1).await;
    let running = world.projects(config());
    world.is_folded().await;
    world.delete_records("sessions").await;
    let refusal = world.operator("sessions", config()).rebuild(false, &quietly).await.unwrap_err().to_string();
    assert!(refusal.contains("is gone from Kafka"), "{refusal}");
    running.stops().await;
}

async fn people_and_projects(world: &World) {
    use domain::project::{self, Label, ProjectCreated};
    use domain::user::{self, Profile, UserRegistered};
    let mut records = Vec::new();
    for n in 0..10 {
        let (user_id, project_id) = (UserId::generate(), ProjectId::generate());
        let profile = Profile { email: format!("{n}@example.com"), name: format!("Person {n}") };
        let registered = UserRegistered { user_id, home_tenant_id: world.tenant, private: Some(profile) };
        records.push(world.record::<user::Event>("user", &user_id.to_string(), 1, &registered.into()));
        let label = Label { name: format!("Project {n}"), description: None };
        let created = ProjectCreated { project_id, owner: user_id, private: Some(label) };
        records.push(world.record::<project::Event>("project", &project_id.to_string(), 1, &created.into()));
    }
    world.send(records).await;
}

/// Reads go on in other tasks too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_waits_for_no_reader_longer_than_a_moment_and_makes_none_wait_longer() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = [talk.opens("Slowly read"), talk.goes_on("one")].concat();
    world.tell(&talk, steps).await;
    world.is_folded().await;
    let operator = world.operator("sessions", Config { rebuild_hold: Duration::from_secs(20), ..config() });
    operator.rebuild(false, &quietly).await.unwrap();

    // One reader keeps the table; others come and go.
    let mut slow = world.database.reader(world.tenant, world.alice).await;
    sessions::by_id(&mut slow, talk.id).await.unwrap().unwrap();
    let mut others = JoinSet::new();
    let (database, tenant, alice, id) = (world.database.clone(), world.tenant, world.alice, talk.id);
    others.spawn(async move {
        let mut longest = Duration::ZERO;
        for _ in 0..50 {
            let began = std::time::Instant::now();
            let mut reader = database.reader(tenant, alice).await;
            sessions::by_id(&mut reader, id).await.unwrap().unwrap();
            longest = longest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        longest
    });
    let release = async {
        let longest = others.join_next().await.unwrap().unwrap();
        slow.rollback().await.unwrap();
        longest
    };
    let (longest, swapped) = tokio::join!(release, operator.swap(false, &quietly));
    swapped.unwrap();
    assert!(longest < Duration::from_secs(3), "a reader waited {longest:?}");
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_from_before_an_erasure_are_dropped_and_later_ones_stay() {
    let world = World::open().await;
    let running = world.projects(Config { forget_copies_every: Duration::from_millis(100), ..config() });
    let mut talk = world.talk();
    let steps = [talk.opens("A secret"), talk.goes_on("a secret prompt")].concat();
    world.tell(&talk, steps).await;
    world.is_folded().await;
    let (sessions, users) = (world.operator("sessions", config()), world.operator("users", config()));
    sessions.rebuild(false, &quietly).await.unwrap();
    sessions.swap(false, &quietly).await.unwrap();
    users.rebuild(false, &quietly).await.unwrap();
    let tables = async || -> i64 {
        let query = "select count(*) from pg_tables where schemaname in ('read_next', 'read_previous')
                        and tablename not in ('offsets', 'parked')";
        sqlx::query_scalar(query).fetch_one(&world.database.owner).await.unwrap()
    };
    assert_eq!(tables().await, 6, "five of sessions, one of users");

    world.keys.destroy(&world.alice.to_string()).await.unwrap();

    until("the copies are dropped", async || tables().await == 0).await;
    let refusal = sessions.swap(true, &quietly).await.unwrap_err().to_string();
    assert!(refusal.contains("no previous copy"), "{refusal}");

    // An hour later a copy is made of what is left, and stays.
    execute(&world, "update keys.erasures set erased_at = erased_at - interval '1 hour'").await;
    users.rebuild(false, &quietly).await.unwrap();
    let kept = "select read.forget_copies(max(erased_at)) from keys.erasures";
    let settled: bool = sqlx::query_scalar(kept).fetch_one(&world.database.owner).await.unwrap();
    users.swap(false, &quietly).await.unwrap();
    assert_eq!((settled, tables().await), (true, 1));
    assert!(refused(&world.database.gateway, "select read.forget_copies(now())").await);
    running.stops().await;
}

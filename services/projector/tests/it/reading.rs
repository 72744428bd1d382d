//! Who may see what, page by page, and one's own writes.

use std::time::Duration;

use domain::{SessionId, TenantId, UserId};
use projections::sessions::{self, messages, versions};
use projections::{Freshness, Listing, Page, Progress, Wait};
use sqlx::PgPool;

use crate::world::{World, config, until};

async fn sees(pool: &PgPool, table: &str, settings: &str) -> i64 {
    let mut tx = pool.begin_with(format!("begin; {settings}")).await.unwrap();
    sqlx::query_scalar(&format!("select count(*) from read.{table}")).fetch_one(&mut *tx).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_shows_a_tenant_its_rows_only() {
    let world = World::open().await;
    let mut talk = world.talk();
    let steps = [talk.opens("Mine"), talk.goes_on("one")].concat();
    world.tell(&talk, steps).await;
    let running = world.projects(config());
    world.is_folded().await;

    let gateway = &world.database.gateway;
    let other = TenantId::generate();
    for table in ["sessions", "generations", "messages", "versions", "files"] {
        assert_eq!(sees(gateway, table, "select").await, 0, "{table} without a tenant");
        assert_eq!(sees(gateway, table, &format!("set local atelier.tenant = '{other}'")).await, 0, "{table}");
        let alice =
            format!("set local atelier.tenant = '{}'; set local atelier.person = '{}'", world.tenant, world.alice);
        assert!(sees(gateway, table, &alice).await > 0, "{table}");
        // The setting does not outlive its transaction in the pool.
        assert_eq!(sees(gateway, table, "select").await, 0, "{table} afterwards");
    }
    for forbidden in ["select 1 from read.offsets", "select 1 from read.parked", "delete from read.sessions"] {
        let refused = sqlx::query(forbidden).execute(gateway).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{forbidden}");
    }
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_is_forced_on_every_read_model() {
    let world = World::open().await;
    let query = "select table_name::text, c.relrowsecurity and c.relforcerowsecurity
                   from information_schema.columns
                   join pg_class c on c.relname = table_name and c.relnamespace = 'read'::regnamespace
                  where table_schema = 'read' and column_name = 'tenant_id' and c.relkind = 'r' order by 1";
    let tables: Vec<(String, bool)> = sqlx::query_as(query).fetch_all(&world.database.owner).await.unwrap();
    assert!(tables.len() >= 10, "{tables:?}");
    let open: Vec<_> = tables.into_iter().filter(|(_, forced)| !forced).collect();
    assert_eq!(open, []);
    let roles = "select rolname::text from pg_roles where rolname like 'atelier\\_%' and (rolbypassrls or rolsuper)";
    let roles: Vec<String> = sqlx::query_scalar(roles).fetch_all(&world.database.owner).await.unwrap();
    assert_eq!(roles, [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_finds_nothing_of_mine() {
    let world = World::open().await;
    let mut talk = world.talk();
    let steps = [talk.opens("Mine"), talk.goes_on("one")].concat();
    world.tell(&talk, steps).await;
    let running = world.projects(config());
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, UserId::generate()).await;
    let page = Page::default();
    assert!(sessions::by_id(&mut reader, talk.id).await.unwrap().is_none());
    assert!(sessions::of_project(&mut reader, world.project, &page).await.unwrap().items.is_empty());
    assert!(messages(&mut reader, talk.id, &page).await.unwrap().is_none());
    assert!(versions(&mut reader, talk.id, &page).await.unwrap().is_none());
    assert!(sessions::version(&mut reader, talk.id, 1).await.unwrap().is_none());
    assert!(sessions::head_files(&mut reader, talk.id).await.unwrap().is_none());
    assert!(sessions::project_files(&mut reader, world.project).await.unwrap().is_none());
    assert!(sessions::diff(&mut reader, talk.id, 0, 1).await.unwrap().is_none());
    drop(reader);
    running.stops().await;
}

/// Row-level security alone: whatever a query asks for, what is in somebody else's project is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shared_is_found_by_whom_it_is_shared_with_and_by_nobody_else() {
    let world = World::open().await;
    let mut talk = world.talk();
    let steps = [talk.opens("Mine"), talk.goes_on("one")].concat();
    world.tell(&talk, steps).await;
    let running = world.projects(config());
    world.is_folded().await;

    let (bob, carol) = (UserId::generate(), UserId::generate());
    sqlx::query(
        "insert into read.project_members (project_id, user_id, tenant_id, role, created_at, updated_at, version)
         values ($1, $2, $3, 'viewer', now(), now(), 1)",
    )
    .bind(world.project.to_string())
    .bind(bob.to_string())
    .bind(world.tenant.to_string())
    .execute(&world.database.owner)
    .await
    .unwrap();
    let page = Page::default();
    for (guest, sees) in [(bob, true), (carol, false)] {
        let mut reader = world.database.reader(world.tenant, guest).await;
        let rows: i64 = sqlx::query_scalar("select count(*) from read.sessions").fetch_one(&mut *reader).await.unwrap();
        assert_eq!(rows == 1, sees);
        assert_eq!(sessions::by_id(&mut reader, talk.id).await.unwrap().is_some(), sees);
        assert_eq!(sessions::of_project(&mut reader, world.project, &page).await.unwrap().items.len() == 1, sees);
        assert_eq!(messages(&mut reader, talk.id, &page).await.unwrap().is_some(), sees);
        assert_eq!(versions(&mut reader, talk.id, &page).await.unwrap().is_some(), sees);
    }
    let mut elsewhere = world.database.reader(TenantId::generate(), bob).await;
    assert!(sessions::by_id(&mut elsewhere, talk.id).await.unwrap().is_none(), "another organisation's is not there");
    drop(elsewhere);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_a_gap() {
    let world = World::open().await;
    let mut talk = world.talk();
    let mut steps = talk.opens("Long");
    for n in 0..7 {
        steps.extend(talk.goes_on(&format!("prompt {n}")));
    }
    world.tell(&talk, steps).await;
    for _ in 0..6 {
        let mut other = world.talk();
        let steps = other.opens("Short");
        world.tell(&other, steps).await;
    }
    let running = world.projects(config());
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let said = walk(async |page| messages(&mut reader, talk.id, &page).await.unwrap().unwrap()).await;
    let positions: Vec<_> = said.iter().map(|message| message.position).collect();
    assert!(said.len() == 14 && positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    let made = walk(async |page| versions(&mut reader, talk.id, &page).await.unwrap().unwrap()).await;
    assert_eq!(made.iter().map(|version| version.number).collect::<Vec<_>>(), [7, 6, 5, 4, 3, 2, 1]);
    let listed = walk(async |page| sessions::of_project(&mut reader, world.project, &page).await.unwrap()).await;
    let ids: Vec<_> = listed.iter().map(|session| session.id.as_str()).collect();
    assert!(ids.len() == 7 && ids.is_sorted_by(|a, b| a > b), "newest first: {ids:?}");
    let bad = Page { cursor: Some("!".into()), ..Page::default() };
    assert!(messages(&mut reader, talk.id, &bad).await.is_err());
    drop(reader);
    running.stops().await;
}

/// All items, three at a time.
async fn walk<T>(mut fetch: impl AsyncFnMut(Page) -> Listing<T>) -> Vec<T> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = fetch(Page { limit: Some(3), cursor, q: None }).await;
        assert!(page.items.len() <= 3);
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return all;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_version_sees_it() {
    let world = World::open().await;
    let running = world.projects(config());
    until("ready", async || running.health.unready().is_empty()).await;
    let mut talk = world.talk();
    let steps = talk.opens("Wait for me");
    let (here, elsewhere) = (running.progress.clone(), Progress::default());
    let wait = |progress, timeout| Wait {
        pool: &world.database.gateway,
        progress,
        tenant: world.tenant,
        user: world.alice,
        timeout,
        administrator: false,
    };
    let long = Duration::from_secs(30);
    let (in_process, by_looking, ()) = tokio::join!(
        wait_for(wait(&here, long), talk.id),
        wait_for(wait(&elsewhere, long), talk.id),
        world.tell(&talk, steps),
    );
    assert_eq!((in_process, by_looking), (Freshness::Fresh, Freshness::Fresh));

    let stale = sessions::wait_for(&wait(&here, Duration::from_millis(30)), talk.id, 2).await.unwrap();
    assert_eq!(stale, Freshness::Stale);
    let after = format!("{}:1", talk.id).parse().unwrap();
    assert_eq!(wait(&here, long).after(&after).await.unwrap(), Freshness::Fresh);
    running.stops().await;
}

async fn wait_for(wait: Wait<'_>, id: SessionId) -> Freshness {
    sessions::wait_for(&wait, id, 1).await.unwrap()
}

/// Prints how long after Kafka's acknowledgement a row is visible; a figure, not a bar.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_event_at_a_time_becomes_visible() {
    let world = World::open().await;
    let running = world.projects(config());
    until("ready", async || running.health.unready().is_empty()).await;
    let mut talk = world.talk();
    let mut took = Vec::new();
    for n in 0..30 {
        let steps = if n == 0 { talk.opens("x") } else { talk.does(rename(&world, n)) };
        world.tell(&talk, steps).await;
        let acknowledged = std::time::Instant::now();
        let wait = Wait {
            pool: &world.database.gateway,
            progress: &running.progress,
            tenant: world.tenant,
            user: world.alice,
            timeout: Duration::from_secs(30),
            administrator: false,
        };
        assert_eq!(sessions::wait_for(&wait, talk.id, talk.sequence).await.unwrap(), Freshness::Fresh);
        took.push(acknowledged.elapsed());
    }
    took.sort();
    println!("visible after: p50 {:?}, worst {:?}", took[15], took[29]);
    running.stops().await;
}

fn rename(world: &World, n: usize) -> domain::session::Command {
    domain::session::Command::Rename { by: world.alice, title: format!("title {n}") }
}

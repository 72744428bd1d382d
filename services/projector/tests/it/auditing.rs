//! What an auditor finds after a conversation.

use domain::session::Command;
use domain::{TenantId, user};
use projections::Page;
use projections::audit::{self, Asked, Erased};

use crate::talk::written;
use crate::world::{World, config, until};

async fn arrived(world: &World, count: i64) {
    until("the audit rows", async || {
        let mut reader = world.database.reader(world.tenant, world.alice).await;
        let page = Page { limit: Some(100), ..Page::default() };
        audit::page(&mut reader, &Asked::default(), &page).await.unwrap().items.len() as i64 == count
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_has_a_row_with_who_what_and_what_it_was_before() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let mut steps = talk.opens("A page");
    let (first, asked) = talk.asks("a button, and my phone number is secret");
    steps.extend(asked);
    steps.extend(talk.starts(first));
    steps.extend(talk.completes(first, "Done.", vec![written("src/App.tsx", "<p>very private code</p>")]));
    steps.extend(talk.does(Command::Rename { by: world.alice, title: "Another page".to_owned() }));
    let types: Vec<_> = steps.iter().map(|(_, event)| domain::Event::event_type(event)).collect();
    world.tell(&talk, steps).await;
    arrived(&world, types.len() as i64).await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let asked = Asked { aggregate: Some(talk.id.to_string()), ..Asked::default() };
    let mut rows = audit::page(&mut reader, &asked, &Page::default()).await.unwrap().items;
    rows.reverse();
    assert_eq!(rows.iter().map(|row| row.event_type.as_str()).collect::<Vec<_>>(), types);
    assert!(rows.iter().zip(1..).all(|(row, version)| row.version == version && row.actor == world.alice.to_string()));
    let renamed = rows.last().unwrap();
    assert_eq!(renamed.what(), "session renamed");
    assert_eq!(renamed.old.as_ref().unwrap()["value"], "A page");
    assert_eq!(renamed.new["value"], "Another page");
    let completed = rows.iter().find(|row| row.event_type == "GenerationCompleted").unwrap();
    assert_eq!(completed.new["files"][0]["path"], "src/App.tsx");
    assert!(!completed.new.to_string().contains("very private code"));
    let posted = Asked { event_type: Some("MessagePosted".to_owned()), ..Asked::default() };
    assert_eq!(audit::page(&mut reader, &posted, &Page::default()).await.unwrap().items.len(), 1);
    drop(reader);

    let mut stranger = world.database.reader(TenantId::generate(), world.alice).await;
    let seen = audit::page(&mut stranger, &Asked::default(), &Page::default()).await.unwrap();
    assert!(seen.items.is_empty(), "row-level security");
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_conversation_keeps_its_changes_and_loses_its_words() {
    let world = World::open().await;
    let running = world.projects(config());
    let (mut gone, mut kept) = (world.talk(), world.talk());
    let mut steps = gone.opens("A secret page");
    let (first, asked) = gone.asks("a secret button");
    steps.extend(asked);
    steps.extend(gone.starts(first));
    steps.extend(gone.completes(first, "Secretly.", vec![written("src/App.tsx", "x")]));
    let last = steps.len() as i64;
    world.tell(&gone, steps).await;
    let others = kept.opens("A secret of somebody else");
    world.tell(&kept, others).await;
    arrived(&world, last + 1).await;
    running.stops().await;

    let rows = async |aggregate: String| {
        let mut reader = world.database.reader(world.tenant, world.alice).await;
        let asked = Asked { aggregate: Some(aggregate), ..Asked::default() };
        audit::page(&mut reader, &asked, &Page::default()).await.unwrap().items
    };
    let erase = async |files: bool| {
        let mut tx = world.database.read.begin_with("begin; set local search_path = read").await.unwrap();
        let erased = Erased { aggregate_id: gone.id.to_string(), version: last + 1, files, invite: None };
        audit::erase(&mut tx, "audit_sessions", &[erased]).await.unwrap();
        tx.commit().await.unwrap();
        serde_json::to_string(&rows(gone.id.to_string()).await).unwrap()
    };
    let told = erase(false).await;
    assert!(!told.contains("ecret") && told.contains("src/App.tsx"), "{told}");
    assert!(!erase(true).await.contains("src/App.tsx"));
    assert_eq!(rows(gone.id.to_string()).await.iter().filter(|row| row.erased).count(), 3, "title, prompt and answer");
    assert!(serde_json::to_string(&rows(kept.id.to_string()).await).unwrap().contains("secret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_erased_person_wrote_is_gone_from_the_audit_log_when_it_is_folded_again() {
    let world = World::open().await;
    let (user_id, home_tenant_id) = (world.alice, world.tenant);
    let private = Some(user::Profile { email: "alice@example.com".into(), name: "Alice".into() });
    let registered = user::UserRegistered { user_id, home_tenant_id, private };
    world.send(vec![world.record::<user::Event>("user", &user_id.to_string(), 1, &registered.into())]).await;
    world.keys.destroy(&user_id.to_string()).await.unwrap();
    let running = world.projects(config());
    arrived(&world, 1).await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let rows = audit::page(&mut reader, &Asked::default(), &Page::default()).await.unwrap().items;
    assert!(rows[0].erased && rows[0].actor == user_id.to_string());
    assert!(!rows[0].new.to_string().contains("alice@example.com"));
    running.stops().await;
}

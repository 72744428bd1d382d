//! What a person sees of a whole life.

use domain::project::{self, Label, LabelChange, ProjectCreated, ProjectDeleted, ProjectRenamed};
use domain::session::{Command, Event};
use domain::user::{self, NameChange, Profile, ProfileChanged, UserRegistered};
use projections::sessions::{FileStatus, diff, head_files, messages, project_files, version, versions};
use projections::{Page, projects, sessions, users};
use projector::Config;

use crate::database::Database;
use crate::talk::{deleted, moved, written};
use crate::world::{World, config, until};

fn paths(files: &[sessions::File]) -> Vec<(&str, &str)> {
    files.iter().map(|file| (file.path.as_str(), file.content.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_and_a_project() {
    let world = World::open().await;
    let (user_id, owner, project_id) = (world.alice, world.alice, world.project);
    let profile = Profile { email: "alice@example.com".into(), name: "Alice".into() };
    let private = Some(NameChange { old: "Alice".into(), new: "Alice B.".into() });
    let label = |name: &str| Label { name: name.into(), description: Some("Pages".into()) };
    let renamed = Some(LabelChange { old: label("Shop"), new: label("Shop 2") });
    let registered = UserRegistered { user_id, home_tenant_id: world.tenant, private: Some(profile) };
    let (user, project) = (user_id.to_string(), project_id.to_string());
    world
        .send(vec![
            world.record::<user::Event>("user", &user, 1, &registered.into()),
            world.record::<user::Event>("user", &user, 2, &ProfileChanged { user_id, private }.into()),
            world.record::<project::Event>(
                "project",
                &project,
                1,
                &ProjectCreated { project_id, owner, private: Some(label("Shop")) }.into(),
            ),
            world.record::<project::Event>(
                "project",
                &project,
                2,
                &ProjectRenamed { project_id, private: renamed }.into(),
            ),
        ])
        .await;
    let running = world.projects(config());
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let alice = users::by_id(&mut reader, world.alice).await.unwrap().unwrap();
    assert_eq!((alice.email.as_str(), alice.name.as_str(), alice.version), ("alice@example.com", "Alice B.", 2));
    let shop = projects::by_id(&mut reader, world.project).await.unwrap().unwrap();
    assert_eq!(
        (shop.project.name.as_str(), shop.project.owner.as_str(), shop.project.version),
        ("Shop 2", user.as_str(), 2)
    );
    let search = |q: &str| Page { q: Some(q.to_owned()), ..Page::default() };
    assert_eq!(projects::list(&mut reader, &search("shop")).await.unwrap().items, [shop]);
    assert!(projects::list(&mut reader, &search("100%")).await.unwrap().items.is_empty());
    drop(reader);

    world
        .send(vec![world.record::<project::Event>("project", &project, 3, &ProjectDeleted { project_id }.into())])
        .await;
    world.is_folded().await;
    let mut reader = world.database.reader(world.tenant, world.alice).await;
    assert!(projects::by_id(&mut reader, world.project).await.unwrap().is_none());
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_from_its_first_prompt_to_its_end() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let steps = talk.opens("A page");
    world.tell(&talk, steps).await;
    let (first, steps) = talk.asks("a button");
    world.tell(&talk, steps).await;
    let steps = talk.starts(first);
    world.tell(&talk, steps).await;
    let (second, steps) = talk.asks("now a form");
    world.tell(&talk, steps).await;
    world.is_folded().await;

    // While the first runs, the second waits.
    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let session = sessions::by_id(&mut reader, talk.id).await.unwrap().unwrap();
    let active = session.active_generation.unwrap();
    assert_eq!((active.id, active.attempt, active.status.as_str()), (first.to_string(), 1, "started"));
    assert_eq!(session.queued.iter().map(|queued| queued.id.clone()).collect::<Vec<_>>(), [second.to_string()]);
    assert_eq!((session.head, session.version, session.title.as_str()), (0, talk.sequence, "A page"));
    let said = messages(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap();
    assert_eq!(said.items.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["a button", "now a form"]);
    drop(reader);

    let steps = talk.completes(first, "A button.", vec![written("src/App.tsx", "1\n"), written("src/B.tsx", "b\n")]);
    world.tell(&talk, steps).await;
    let steps = talk.does(Command::Cancel { by: world.alice, generation_id: second });
    world.tell(&talk, steps).await;
    let changes = vec![moved("src/B.tsx", "src/C.tsx"), written("src/App.tsx", "2\n")];
    let steps = talk.does(Command::Import { by: world.alice, base_version: 1, changes });
    world.tell(&talk, steps).await;
    let steps = talk.does(Command::Import { by: world.alice, base_version: 2, changes: vec![deleted("src/App.tsx")] });
    world.tell(&talk, steps).await;
    let steps = talk.does(Command::Restore { by: world.alice, version: 1 });
    world.tell(&talk, steps).await;
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let session = sessions::by_id(&mut reader, talk.id).await.unwrap().unwrap();
    assert_eq!((session.active_generation, session.queued.len(), session.head), (None, 0, 4));
    let said = messages(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap().items;
    let lines: Vec<_> = said.iter().map(|m| (m.role.as_str(), m.status.as_str(), m.content.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("user", "posted", "a button"),
            ("assistant", "completed", "A button."),
            ("user", "posted", "now a form"),
            ("assistant", "cancelled", ""),
        ]
    );
    assert_eq!(said[1].id, first.answer().to_string());
    assert_eq!(
        (said[1].reasoning.as_str(), said[1].model.as_deref(), said[1].number),
        ("because", Some("tiny-1"), Some(1))
    );
    assert_eq!(said[1].usage.as_ref().unwrap().total_tokens, 30);
    assert_eq!(said[1].cost.as_ref().unwrap().amount, "0.0123");

    let listed = versions(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap().items;
    let authors: Vec<_> = listed.iter().map(|v| (v.number, v.author.as_str(), v.base, v.restored_from)).collect();
    assert_eq!(authors, [(4, "user", 3, Some(1)), (3, "user", 2, None), (2, "user", 1, None), (1, "model", 0, None)]);
    let at = async |reader: &mut sqlx::PgConnection, n| version(reader, talk.id, n).await.unwrap().unwrap().files;
    assert_eq!(paths(&at(&mut reader, 1).await), [("src/App.tsx", "1\n"), ("src/B.tsx", "b\n")]);
    assert_eq!(paths(&at(&mut reader, 2).await), [("src/App.tsx", "2\n"), ("src/C.tsx", "b\n")]);
    assert_eq!(paths(&at(&mut reader, 3).await), [("src/C.tsx", "b\n")]);
    assert!(version(&mut reader, talk.id, 5).await.unwrap().is_none());
    let head = head_files(&mut reader, talk.id).await.unwrap().unwrap();
    assert_eq!((head.number, paths(&head.files)), (4, vec![("src/App.tsx", "1\n"), ("src/B.tsx", "b\n")]));
    assert_eq!(project_files(&mut reader, world.project).await.unwrap().unwrap(), head);
    let changed = diff(&mut reader, talk.id, 1, 2).await.unwrap().unwrap();
    let statuses: Vec<_> = changed.iter().map(|file| (file.path.as_str(), file.status)).collect();
    assert_eq!(
        statuses,
        [("src/App.tsx", FileStatus::Modified), ("src/B.tsx", FileStatus::Removed), ("src/C.tsx", FileStatus::Added)]
    );
    drop(reader);

    let steps = talk.does(Command::Delete { by: world.alice });
    world.tell(&talk, steps).await;
    world.is_folded().await;
    let mut reader = world.database.reader(world.tenant, world.alice).await;
    assert!(sessions::by_id(&mut reader, talk.id).await.unwrap().is_none());
    assert!(messages(&mut reader, talk.id, &Page::default()).await.unwrap().is_none());
    drop(reader);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_empty_and_says_so() {
    let world = World::open().await;
    let mut talk = world.talk();
    let mut steps = talk.opens("Secret");
    steps.extend(talk.goes_on("my secret"));
    world.tell(&talk, steps).await;
    world.keys.destroy(&world.alice.to_string()).await.unwrap();
    world.keys.destroy(&world.project.to_string()).await.unwrap();
    let running = world.projects(config());
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let session = sessions::by_id(&mut reader, talk.id).await.unwrap().unwrap();
    assert_eq!((session.title.as_str(), session.erased, session.head), ("", true, 1));
    let said = messages(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap().items;
    assert!(said.len() == 2 && said.iter().all(|m| m.erased && m.content.is_empty()));
    let first = version(&mut reader, talk.id, 1).await.unwrap().unwrap();
    assert!(first.version.erased && first.files.is_empty());
    drop(reader);
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_forgets_its_person_and_a_fold_from_zero_comes_to_the_same() {
    let heir = domain::UserId::generate();
    for to in [Some(heir), None] {
        let world = World::open().await;
        let running = world.projects(config());
        let mut talk = world.talk();
        let mut steps = talk.opens("Secret title");
        steps.extend(talk.goes_on("a secret"));
        steps.extend(talk.goes_on("another secret"));
        steps.extend(talk.does(Command::Restore { by: world.alice, version: 1 }));
        world.tell(&talk, steps).await;
        world.is_folded().await;
        assert!(world.database.dump().await.contains("secret"), "the story itself is right");

        world.keys.destroy(&world.alice.to_string()).await.unwrap();
        if to.is_none() {
            world.keys.destroy(&world.project.to_string()).await.unwrap();
        }
        let steps = talk.does(Command::ErasePerson { person: world.alice, to });
        world.tell(&talk, steps).await;
        world.is_folded().await;

        let mut reader = world.database.reader(world.tenant, heir).await;
        let found = sessions::by_id(&mut reader, talk.id).await.unwrap();
        assert_eq!(found.is_some(), to.is_some());
        if found.is_some() {
            let said = messages(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap().items;
            assert!(said.len() == 4 && said.iter().all(|m| m.erased && m.content.is_empty() && m.reasoning.is_empty()));
            assert_eq!(version(&mut reader, talk.id, 3).await.unwrap().unwrap().files.len(), 1, "files stay");
        }
        drop(reader);
        let live = world.database.dump().await;
        assert!(!live.contains("Secret") && !live.contains("because"));
        assert_eq!(live.contains("secret"), to.is_some(), "only the project's own files may say so");
        running.stops().await;

        let anew = Database::fresh().await;
        let running = world.projects_into(&anew, Config { group: "anew".into(), ..config() });
        world.is_folded_into(&anew).await;
        assert_eq!(anew.dump().await, live);
        running.stops().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_role_is_ready_once_it_has_seen_what_was_there() {
    let world = World::open().await;
    let mut talk = world.talk();
    let steps = talk.opens("There before");
    world.tell(&talk, steps).await;
    let running = world.projects(config());
    assert!(running.health.unready().contains_key("projector"));
    until("ready", async || running.health.unready().is_empty()).await;
    assert_eq!(world.database.count("sessions").await, 1);
    assert!(running.progress.has_caught_up("sessions"));
    running.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_failed_or_was_taken_over_says_so() {
    let world = World::open().await;
    let running = world.projects(config());
    let mut talk = world.talk();
    let mut steps = talk.opens("Trouble");
    let (generation_id, posted) = talk.asks("a button");
    steps.extend(posted);
    steps.extend(talk.starts(generation_id));
    talk.worker = domain::WorkerId::generate();
    steps.extend(talk.starts(generation_id)); // the first worker is gone
    steps.extend(talk.does(Command::Cancel { by: world.alice, generation_id }));
    steps.extend(talk.does(Command::Fail {
        generation_id,
        attempt: 2,
        code: "model_unreachable".into(),
        retryable: true,
        outcome: crate::talk::outcome(),
        answer: domain::session::Answer { explanation: "Half a\0 but".into(), reasoning: String::new() },
        changes: vec![],
    }));
    assert!(steps.iter().any(|(_, event)| matches!(event, Event::AttemptAbandoned(_))));
    world.tell(&talk, steps).await;
    world.is_folded().await;

    let mut reader = world.database.reader(world.tenant, world.alice).await;
    let said = messages(&mut reader, talk.id, &Page::default()).await.unwrap().unwrap().items;
    let failed = &said[1];
    assert_eq!((failed.status.as_str(), failed.error_code.as_deref()), ("failed", Some("model_unreachable")));
    assert_eq!((failed.retryable, failed.content.as_str()), (Some(true), "Half a\u{FFFD} but"));
    assert_eq!(sessions::by_id(&mut reader, talk.id).await.unwrap().unwrap().version, talk.sequence);
    drop(reader);
    running.stops().await;
}

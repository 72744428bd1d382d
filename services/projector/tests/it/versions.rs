//! The files of every version, folded in SQL, are those of a fold in memory.

use domain::session::{Event, FilesImported, SessionOpened, VersionRestored, Versions};
use domain::{FileChange, FileOp, ProjectId, SessionId, TenantId, UserId};
use projections::sessions::{Sessions, files_at};
use projections::{Fact, Projection};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::database::Database;
use crate::talk::at;

#[derive(Debug, Clone)]
enum Step {
    Import(Vec<FileChange>),
    /// Modulo the number of versions.
    Restore(i32),
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "src/d"]).prop_map(str::to_owned)
}

fn change() -> impl Strategy<Value = FileChange> {
    let change = |path, op, content, from| FileChange { path, op, content, sha256: None, from };
    prop_oneof![
        (path(), "[xyz]{0,2}").prop_map(move |(path, text)| change(path, FileOp::Create, Some(text), None)),
        (path(), "[xyz]{0,2}").prop_map(move |(path, text)| change(path, FileOp::Patch, Some(text), None)),
        (path(), path()).prop_map(move |(path, from)| change(path, FileOp::Rename, None, Some(from))),
        (path(), path(), "[xyz]{1,2}").prop_map(move |(path, from, text)| change(
            path,
            FileOp::Rename,
            Some(text),
            Some(from)
        )),
        path().prop_map(move |path| change(path, FileOp::Delete, None, None)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![4 => vec(change(), 1..5).prop_map(Step::Import), 1 => (0..100).prop_map(Step::Restore)]
}

/// Steps as events, the session's opening first.
fn events(session_id: SessionId, owner: UserId, steps: &[Step]) -> Vec<Event> {
    let opened = SessionOpened { session_id, project_id: ProjectId::generate(), owner, private: None };
    let mut events = vec![Event::from(opened)];
    for (head, step) in (0..).zip(steps) {
        let (by, number) = (owner, head + 1);
        events.push(match step {
            Step::Import(changes) => {
                let private_files = Some(changes.clone());
                FilesImported { session_id, by, base_version: head, number, private_files }.into()
            }
            Step::Restore(_) if head == 0 => {
                FilesImported { session_id, by, base_version: head, number, private_files: None }.into()
            }
            Step::Restore(pick) => {
                VersionRestored { session_id, by, old: head, restored: pick % head + 1, number }.into()
            }
        });
    }
    events
}

async fn folds_alike(database: &Database, steps: &[Step], batch: usize) -> Result<(), TestCaseError> {
    let (session, owner, tenant) = (SessionId::generate(), UserId::generate(), TenantId::generate());
    let events = events(session, owner, steps);
    let fact = |(sequence, event): (i64, &Event)| Fact {
        tenant,
        id: session.to_string(),
        sequence,
        at: at(sequence),
        event: event.clone(),
        source: projections::Source::default(),
    };
    let facts: Vec<_> = (1..).zip(&events).map(fact).collect();
    for facts in facts.chunks(batch) {
        let mut tx = database.read.begin_with("begin; set local search_path = read").await.unwrap();
        Sessions::apply(&mut tx, facts).await.unwrap();
        tx.commit().await.unwrap();
    }

    let mut expected = Versions::default();
    events.iter().for_each(|event| expected.apply(event));
    let mut reader = database.reader(tenant, owner).await;
    for number in 1..=expected.count() {
        let stored = files_at(&mut reader, session, number as i32).await.unwrap().unwrap().files;
        let stored: Vec<_> = stored.into_iter().map(|file| (file.path, file.content)).collect();
        let folded: Vec<_> = expected.at(number as u32).unwrap().clone().into_iter().collect();
        prop_assert_eq!(stored, folded, "version {}", number);
    }
    Ok(())
}

#[test]
fn files_at_any_version_are_the_fold_of_its_changes() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let database = runtime.block_on(Database::fresh());
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(vec(step(), 1..12), 1_usize..14), |(steps, batch)| {
            runtime.block_on(folds_alike(&database, &steps, batch))
        })
        .unwrap();
}

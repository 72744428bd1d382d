//! What happens while somebody watches.

use domain::session::{
    FilesImported, GenerationCancelled, GenerationFailed, SessionDeleted, SessionRenamed, TitleChange, VersionRestored,
};
use domain::{FileChange, FileOp, GenerationId, Usage};
use events::stream::Piece;
use serde_json::{Value, json};

use crate::author::{outcome, prose};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_sees_a_whole_answer_as_it_happens() {
    let world = World::new().await;
    let (edge, session) = (world.edge().await, world.session());
    let mut page = edge.browser.opens(session.session, "").await;
    assert_eq!(page.block().await.unwrap(), "retry: 1000");
    let hello = page.sees("hello").await.data;
    assert_eq!((&hello["version"], &hello["head"], &hello["active_generation"]), (&json!(0), &json!(0), &Value::Null));

    let generation = session.asks("a pricing page").await;
    let code = |delta: &str| Piece::Code { path: "src/App.tsx".into(), delta: delta.into(), edit: false };
    let file = Piece::File { path: "src/App.tsx".into(), op: FileOp::Create, from: None, content: Some("x".into()) };
    let usage = Piece::Usage { usage: Usage { completion_tokens: 4, ..Usage::default() }, cost: None };
    let thought = Piece::Reasoning { delta: "hm".into() };
    for (index, piece) in (0..).zip([thought, prose("Hi\r\n\ndata: x"), code("x"), file, usage]) {
        session.piece(generation, 1, index, piece).await;
    }
    session.completes(generation, 1).await;

    let message = page.sees("message").await.data;
    assert_eq!((&message["role"], &message["content"]), (&json!("user"), &json!("a pricing page")));
    assert_eq!(
        (&message["generation_id"], &message["sequence"], &message["version"]),
        (&json!(generation), &json!(1), &json!(1))
    );
    assert_eq!(page.sees("generation.queued").await.data["place"], 0);
    assert_eq!(page.sees("generation.started").await.data["model"], "demo");
    assert_eq!(page.sees("reasoning").await.data["delta"], "hm");
    let prose = page.sees("explanation").await.data;
    assert_eq!(prose, json!({ "generation_id": generation, "attempt": 1, "index": 1, "delta": "Hi\r\n\ndata: x" }));
    assert_eq!(page.sees("code").await.data["path"], "src/App.tsx");
    let file = page.sees("file").await.data;
    assert_eq!((&file["op"], &file["content"]), (&json!("created"), &json!("x")));
    assert_eq!(page.sees("usage").await.data["usage"]["completion_tokens"], 4);
    let completed = page.sees("generation.completed").await;
    assert_eq!(completed.data["cost"], json!({ "amount": "0.5", "currency": "USD" }));
    assert_eq!((&completed.data["version"], &completed.data["finish_reason"]), (&json!(4), &json!("stop")));
    assert!(completed.id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_facts_about_a_session_have_their_names() {
    let world = World::new().await;
    let (edge, author) = (world.edge().await, world.session());
    let (session_id, by, generation_id) = (author.session, world.alice, GenerationId::generate());
    let mut page = edge.browser.opens(session_id, "").await;
    page.sees("hello").await;

    author
        .publish(SessionRenamed { session_id, private: Some(TitleChange { old: "a".into(), new: "b".into() }) })
        .await;
    author.publish(FilesImported { session_id, by, base_version: 0, number: 1, private_files: None }).await;
    author.publish(VersionRestored { session_id, by, old: 2, restored: 1, number: 3 }).await;
    let change =
        FileChange { path: "b".into(), op: FileOp::Rename, content: None, sha256: None, from: Some("a".into()) };
    let failed = GenerationFailed {
        session_id,
        generation_id,
        attempt: 1,
        code: "model_rate_limited".into(),
        retryable: true,
        number: Some(4),
        outcome: Some(outcome()),
        private: None,
        private_files: Some(vec![change]),
    };
    author.publish(failed).await;
    let generation_id = GenerationId::generate();
    let cancelled = GenerationCancelled {
        session_id,
        generation_id,
        attempt: 0,
        number: None,
        outcome: None,
        private: None,
        private_files: None,
    };
    author.publish(cancelled).await;
    author.publish(SessionDeleted { session_id }).await;

    assert_eq!(page.sees("session.renamed").await.data["title"], "b");
    assert_eq!(page.sees("version.created").await.data["number"], 1);
    assert_eq!(page.sees("version.created").await.data["restored"], 1);
    let failed = page.sees("generation.failed").await.data;
    assert_eq!(
        (&failed["code"], &failed["retryable"], &failed["number"]),
        (&json!("model_rate_limited"), &json!(true), &json!(4))
    );
    assert_eq!(failed["message"], "The model is busy. Try again in a moment.");
    assert_eq!(failed["files"], json!([{ "path": "b", "op": "renamed", "from": "a" }]));
    let cancelled = page.sees("generation.cancelled").await.data;
    assert_eq!((&cancelled["partial"], &cancelled["usage"]), (&json!(false), &Value::Null));
    page.sees("session.deleted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_watch_get_the_same_bytes_of_their_session_only() {
    let world = World::new().await;
    let (edge, session) = (world.edge().await, world.session());
    let stranger = world.session();
    let mut pages = vec![edge.browser.opens(session.session, "").await, edge.browser.opens(session.session, "").await];
    for page in &mut pages {
        page.sees("hello").await;
    }
    let other = stranger.asks("canary").await;
    let generation = session.asks("hello").await;
    for index in 0..20 {
        session.says(generation, 1, index, &["word "]).await;
        stranger.says(other, 1, index, &["canary "]).await;
    }
    stranger.completes(other, 1).await;
    session.completes(generation, 1).await;

    let mut seen = vec![];
    for page in &mut pages {
        seen.push(page.until("generation.completed").await.into_iter().map(|frame| frame.raw).collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), 24);
    assert!(!seen.concat().concat().contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_zombies_and_poison_do_not_show() {
    let world = World::new().await;
    let (edge, session) = (world.edge().await, world.session());
    let mut page = edge.browser.opens(session.session, "").await;
    page.sees("hello").await;
    let generation = session.asks("x").await;
    session.says(generation, 1, 0, &["old"]).await;
    session.starts(generation, 2).await;
    session.says(generation, 1, 1, &["zombie"]).await;
    let abandoned = domain::session::AttemptAbandoned {
        session_id: session.session,
        generation_id: generation,
        attempt: 1,
        reason: domain::session::AbandonReason::WorkerLost,
        usage: Usage::default(),
    };
    session.publish_as(abandoned, 2).await; // the relay repeats itself
    for poison in [vec![], vec![0; 3], vec![1, 2, 3, 4, 5, 6], vec![0, 0, 0, 0, 200, 1], vec![0xff; 1_000_000]] {
        session.send(poison).await.await.unwrap();
    }
    session.says(generation, 2, 0, &["new"]).await;
    session.completes(generation, 2).await;
    session.says(generation, 2, 1, &["late"]).await;
    session.publish(SessionDeleted { session_id: session.session }).await;

    let frames = page.until("session.deleted").await;
    let names: Vec<_> = frames.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(
        names,
        [
            "message",
            "generation.queued",
            "generation.started",
            "explanation",
            "generation.started",
            "explanation",
            "generation.completed",
            "session.deleted"
        ]
    );
    assert_eq!(frames[5].data["delta"], "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_s_words_are_not_shown_by_an_edge_that_reads_them_anew() {
    let world = World::new().await;
    let session = world.session();
    let generation = session.asks("secret").await;
    session.says(generation, 1, 0, &["secret"]).await;
    session.completes(generation, 1).await;
    world.keys.destroy(&world.alice.to_string()).await.unwrap();

    let edge = world.edge().await;
    let mut page = edge.browser.opens(session.session, &format!("?from=g:{generation}")).await;
    let frames = page.until("generation.completed").await;
    assert_eq!(frames[1].data["content"], Value::Null);
    assert!(frames.iter().all(|frame| frame.event != "explanation" && !frame.raw.contains("secret")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_s_words_leave_the_memory_of_an_edge_that_has_shown_them() {
    let world = World::new().await;
    let session = world.session();
    let generation = session.asks("secret").await;
    session.says(generation, 1, 0, &["secret"]).await;
    session.completes(generation, 1).await;
    let edge = world.edge().await;
    let shutdown = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn({
        let (edge, shutdown) = (edge.edge.clone(), shutdown.clone());
        async move { edge.serve(shutdown).await.unwrap() }
    });
    let from = format!("?from=g:{generation}");
    let mut watching = edge.browser.opens(session.session, &from).await;
    assert!(watching.until("generation.completed").await.iter().any(|frame| frame.raw.contains("secret")));

    world.keys.destroy(&world.alice.to_string()).await.unwrap();

    // It is told in a moment; who watches goes on, and nobody is shown the words again.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let mut page = edge.browser.opens(session.session, &from).await;
        let frames = page.until("generation.completed").await;
        if frames.iter().all(|frame| !frame.raw.contains("secret")) {
            break;
        }
        assert!(std::time::Instant::now() < until, "the edge still remembers");
    }
    session.publish(SessionDeleted { session_id: session.session }).await;
    watching.until("session.deleted").await;
    shutdown.cancel();
    serving.await.unwrap();
}

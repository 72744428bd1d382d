//! Places that are gone, and places that never were.

use domain::{GenerationId, SessionId};
use edge::Config;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::{Offset, TopicPartitionList};
use reqwest::StatusCode;

use crate::author::Author;
use crate::world::World;

async fn cut_before(author: &Author<'_>, offset: i64) {
    let admin: AdminClient<DefaultClientContext> = bus::client(&author.world.bus).create().unwrap();
    let mut list = TopicPartitionList::new();
    let topic = author.world.bus.topics().session_stream();
    list.add_partition_offset(&topic, author.partition(), Offset::Offset(offset)).unwrap();
    admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_retention_has_passed_gets_a_reset_and_the_stream_goes_on() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    let old = author.asks("old").await;
    let id = page.until("generation.started").await[0].id.clone().unwrap();
    let end = author.completes(old, 1).await;
    cut_before(&author, end + 1).await;

    let edge = world.edge().await;
    for from in [format!("?from={id}"), "?from=0".into()] {
        let mut page = edge.browser.opens(author.session, &from).await;
        let hello = page.sees("hello").await;
        let reset = page.sees("reset").await;
        assert_eq!(reset.data["cursor"], hello.data["cursor"], "{from}");
        assert_eq!(reset.id.as_deref(), reset.data["cursor"].as_str());
    }
    let mut page = edge.browser.opens(author.session, &format!("?from={id}")).await;
    page.sees("hello").await;
    page.sees("reset").await;
    let next = author.asks("next").await;
    assert_eq!(page.sees("message").await.data["generation_id"], next.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_has_left_the_topic_is_told_again_from_the_store() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let old = author.asks("old").await;
    author.says(old, 1, 0, &["All ", "of it."]).await;
    let end = author.completes(old, 1).await;
    cut_before(&author, end + 1).await;
    drop(edge);

    let edge = world.edge().await;
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut page = edge.browser.opens(author.session, &format!("?from=g:{old}")).await;
        let hello = page.sees("hello").await;
        let frames = page.until("generation.completed").await;
        let last = frames.last().unwrap();
        assert_eq!(last.id.as_deref(), hello.data["cursor"].as_str(), "a resume goes on behind it");
        assert!(frames.iter().rev().skip(1).all(|frame| frame.id.is_none()), "a resume before it begins again");
        told.push(frames.into_iter().map(|frame| (frame.event, frame.data)).collect::<Vec<_>>());

        // And then what happens next, once.
        if told.len() == 2 {
            let next = author.asks("next").await;
            assert_eq!(page.sees("message").await.data["generation_id"], next.to_string());
        }
    }
    assert_eq!(told[0], told[1], "the same every time");
    let names: Vec<_> = told[0].iter().map(|(name, _)| name.as_str()).collect();
    let all = ["message", "generation.queued", "generation.started", "reasoning", "explanation", "code", "file"];
    assert_eq!(names, [&all[..], &["generation.completed"]].concat());
    assert_eq!((&told[0][4].1["delta"], &told[0][5].1["delta"]), (&"All of it.".into(), &"let x;".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_answer_whose_beginning_is_gone_is_no_stored_one() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let running = author.asks("running").await;
    let said = author.says(running, 1, 0, &["a"]).await;
    cut_before(&author, said + 1).await;
    drop(edge);
    let edge = world.edge().await;
    let mut page = edge.browser.opens(author.session, &format!("?from=g:{running}")).await;
    page.sees("hello").await;
    page.sees("reset").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_while_an_answer_runs_goes_on_from_its_beginning() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let generation = author.asks("x").await;
    author.says(generation, 1, 0, &["a", "b"]).await;
    let mut page = edge.browser.opens(author.session, &format!("?from=v1.00000000.{}.3", author.partition())).await;
    let hello = page.sees("hello").await;
    assert_eq!(hello.id, None);
    assert_eq!(hello.data["active_generation"]["stream_position"], format!("g:{generation}"));
    assert_eq!(page.sees("reset").await.data["cursor"], format!("g:{generation}"));
    page.sees("message").await;
    page.sees("generation.queued").await;
    page.sees("generation.started").await;
    assert_eq!(page.sees("explanation").await.data["delta"], "ab");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_beyond_the_end_gets_a_reset() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    author.asks("x").await;
    let id = page.until("generation.started").await[0].id.clone().unwrap();
    author.stands(None);
    let beyond = format!("{}.9223372036854775807", id.rsplit_once('.').unwrap().0);
    for far in [beyond.replace("9223372036854775807", "1000000"), beyond.replace("807", "806")] {
        let mut page = edge.browser.resumes(author.session, &far).await;
        page.sees("hello").await;
        page.sees("reset").await;
    }
    let mut page = edge.browser.resumes(author.session, &beyond).await;
    page.sees("hello").await;
    page.sees("reset").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_a_place_is_refused() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let mut page = edge.browser.opens(author.session, "").await;
    page.sees("hello").await;
    author.asks("x").await;
    let id = page.until("generation.started").await[0].id.clone().unwrap();
    let other = (author.partition() + 1) % 12;
    let elsewhere = id.replace(&format!(".{}.", author.partition()), &format!(".{other}."));
    let bad = (StatusCode::BAD_REQUEST, "bad_cursor".to_owned());
    for id in [elsewhere.as_str(), "-1", "v1", "0", "v1.x.0.0", "v1.00000000.0.99999999999999999999", "\u{661}", "null"]
    {
        assert_eq!(edge.browser.is_refused(author.session, "", Some(id.as_bytes())).await, bad, "{id}");
    }
    assert_eq!(edge.browser.is_refused(author.session, "", Some(b"\xff\xfe")).await, bad);
    for from in ["?from=-1", "?from=g:", "?from=g:gen_1", "?from=%FF", "?from=1", "?from=0&from=0"] {
        assert_eq!(edge.browser.is_refused(author.session, from, None).await, bad, "{from}");
    }
    let mut page = edge.browser.resumes(author.session, "").await;
    page.sees("hello").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_session_s_cursor_shows_nothing_of_it() {
    let world = World::new().await;
    let mine = world.session();
    let theirs = loop {
        let other = world.session();
        if other.partition() == mine.partition() {
            break other;
        }
    };
    let edge = world.edge().await;
    let mut page = edge.browser.opens(theirs.session, "").await;
    page.sees("hello").await;
    theirs.asks("canary").await;
    let id = page.until("generation.started").await[0].id.clone().unwrap();
    let generation = mine.asks("mine").await;
    mine.completes(generation, 1).await;
    for edge in [edge, world.edge().await] {
        let mut page = edge.browser.resumes(mine.session, &id).await;
        let frames = page.until("generation.completed").await;
        assert!(frames.iter().all(|frame| !frame.raw.contains("canary")));
        assert_eq!(frames[1].data["content"], "mine");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_nobody_are_told_nothing() {
    let world = World::new().await;
    let author = world.session();
    let generation = author.asks("canary").await;
    let edge = world.edge_with(Config::default(), world.mallory()).await;
    let unknown = (StatusCode::NOT_FOUND, "not_found".to_owned());
    for session in [author.session, SessionId::generate()] {
        let cursor = format!("v1.00000000.{}.0", bus::partition_of(session.to_string().as_bytes(), 12));
        for (from, id) in [("", None), (&*format!("?from=g:{generation}"), None), ("", Some(cursor.as_bytes()))] {
            assert_eq!(edge.browser.is_refused(session, from, id).await, unknown);
        }
    }
    let gone = edge::Caller { expires_at: world.in_time(-1), ..world.caller() };
    let edge = world.edge_with(Config::default(), gone).await;
    let answer = edge.browser.is_refused(author.session, "", None).await;
    assert_eq!(answer, (StatusCode::UNAUTHORIZED, "unauthenticated".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_never_ours_is_no_generation() {
    let world = World::new().await;
    let (author, edge) = (world.session(), world.edge().await);
    let made_up: GenerationId = "gen_00000000-0000-4000-8000-000000000000".parse().unwrap();
    let mut page = edge.browser.opens(author.session, &format!("?from=g:{made_up}")).await;
    page.sees("hello").await;
    page.sees("reset").await;
}

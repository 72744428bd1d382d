//! Nothing is lost and nothing comes twice, wherever a stream is cut and whoever goes on with it.

use std::time::Duration;

use domain::GenerationId;
use edge::Config;

use crate::author::Author;
use crate::browser::{Browser, Page, Screen};
use crate::world::World;

fn words(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("wört{number} ")).collect()
}

async fn tells(author: &Author<'_>, generation: GenerationId, words: &[String]) {
    let deltas: Vec<_> = words.iter().map(String::as_str).collect();
    author.says(generation, 1, 0, &deltas).await;
}

/// Reads until the answer is over.
async fn reads(page: &mut Page, screen: &mut Screen) {
    page.until("generation.completed").await.iter().for_each(|frame| screen.shows(frame));
}

fn is_whole(screen: &Screen, generation: GenerationId, words: &[String]) {
    assert_eq!(screen.texts[&generation.to_string()], words.concat());
    assert_eq!(screen.ends[&generation.to_string()], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_cut_again_and_again_has_the_whole_answer() {
    let world = World::new().await;
    let (edge, author, words) = (world.edge().await, world.session(), words(400));
    let mut screen = Screen::default();
    let mut page = edge.browser.opens(author.session, "").await;
    screen.shows(&page.sees("hello").await);
    let generation = author.asks("x").await;
    for (part, words) in words.chunks(50).enumerate() {
        let deltas: Vec<_> = words.iter().map(String::as_str).collect();
        author.says(generation, 1, part as i64 * 50, &deltas).await;
        // Some of it is seen, the rest stays in the air.
        while screen.pieces(generation) < part as i64 * 50 + 10 {
            screen.shows(&page.next().await.unwrap());
        }
        page = edge.browser.resumes(author.session, screen.last_id.as_ref().unwrap()).await;
    }
    author.completes(generation, 1).await;
    reads(&mut page, &mut screen).await;
    is_whole(&screen, generation, &words);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_that_has_seen_nothing_resumes_every_kind_of_start() {
    let world = World::new().await;
    let (author, words) = (world.session(), words(300));
    let warm = world.edge().await;
    let mut first = warm.browser.opens(author.session, "").await;
    first.sees("hello").await;
    let before = author.asks("before").await;
    author.completes(before, 1).await;
    let generation = author.asks("x").await;
    tells(&author, generation, &words[..60]).await;
    let mut screen = Screen::default();
    while screen.pieces(generation) < 50 {
        screen.shows(&first.next().await.unwrap());
    }
    let rest: Vec<_> = words[60..].iter().map(String::as_str).collect();
    author.says(generation, 1, 60, &rest).await;
    author.completes(generation, 1).await;
    warm.stop().await;

    let resumed = screen.last_id.clone().unwrap();
    let mut page = world.edge().await.browser.resumes(author.session, &resumed).await;
    reads(&mut page, &mut screen).await;
    is_whole(&screen, generation, &words);

    for from in [format!("?from=g:{generation}"), "?from=0".into(), format!("?from={resumed}")] {
        let mut page = world.edge().await.browser.opens(author.session, &from).await;
        let frames = page.until("generation.completed").await;
        if !from.contains(&resumed) {
            let mut screen = Screen::default();
            frames.iter().for_each(|frame| screen.shows(frame));
            is_whole(&screen, generation, &words);
            assert!(!screen.ends.contains_key(&before.to_string()));
            assert!(frames.len() < 20, "a compacted past, not {} frames", frames.len());
            assert_eq!(frames[1].event, "message");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_answers_with_an_edge_restarted_between_both_arrive() {
    let world = World::new().await;
    let (author, words) = (world.session(), words(945));
    let edge = world.edge().await;
    let mut screen = Screen::default();
    let mut page = edge.browser.opens(author.session, "").await;
    screen.shows(&page.sees("hello").await);
    let first = author.asks("one").await;
    tells(&author, first, &words).await;
    author.completes(first, 1).await;
    reads(&mut page, &mut screen).await;
    edge.stop().await;
    assert_eq!(page.sees("closing").await.data["reason"], "moved");

    let second = author.asks("two").await;
    tells(&author, second, &words[..100]).await;
    author.completes(second, 1).await;
    let edge = world.edge().await;
    let mut page = edge.browser.resumes(author.session, screen.last_id.as_ref().unwrap()).await;
    reads(&mut page, &mut screen).await;
    is_whole(&screen, first, &words);
    is_whole(&screen, second, &words[..100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_beyond_memory_is_read_from_kafka_while_the_answer_goes_on() {
    let world = World::new().await;
    let small = Config {
        memory_per_session: 20_000,
        catch_up_page: 4_000,
        catch_up_pass_bytes: 30_000,
        page_records: 7,
        ..Config::default()
    };
    let edge = world.edge_with(small, world.caller()).await;
    let (author, words) = (world.session(), words(600));
    edge.edge.prepare(author.session).await.unwrap();
    let generation = author.asks("x").await;
    tells(&author, generation, &words[..300]).await;

    let watching = async {
        let mut readers = vec![];
        for _ in 0..8 {
            readers.push(edge.browser.opens(author.session, &format!("?from=g:{generation}")).await);
        }
        for mut page in readers {
            let mut screen = Screen::default();
            reads(&mut page, &mut screen).await;
            is_whole(&screen, generation, &words);
        }
    };
    let telling = async {
        for (index, word) in words.iter().enumerate().skip(300) {
            author.says(generation, 1, index as i64, &[word]).await;
        }
        author.completes(generation, 1).await;
    };
    tokio::join!(watching, telling);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_around_the_end_sees_exactly_one_end() {
    let world = World::new().await;
    let (edge, author, words) = (world.edge().await, world.session(), words(40));
    let generation = author.asks("x").await;
    let from = format!("?from=g:{generation}");
    let telling = async {
        for (index, word) in words.iter().enumerate() {
            author.says(generation, 1, index as i64, &[word]).await;
        }
        author.completes(generation, 1).await;
    };
    let ((), ()) = tokio::join!(telling, async {
        let comers = (0..30).map(|number| comes(&edge.browser, &author, &from, generation, &words, number));
        futures::future::join_all(comers).await;
    });
}

async fn comes(
    browser: &Browser,
    author: &Author<'_>,
    from: &str,
    generation: GenerationId,
    words: &[String],
    number: u64,
) {
    tokio::time::sleep(Duration::from_millis(number * 7)).await; // spread over the answer and its end
    let mut page = browser.opens(author.session, from).await;
    let mut screen = Screen::default();
    reads(&mut page, &mut screen).await;
    is_whole(&screen, generation, words);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_kafka_does_not_know_yet_is_waited_for() {
    let world = World::new().await;
    let (edge, author, words) = (world.edge().await, world.session(), words(5));
    let generation = GenerationId::generate();
    for warm in [false, true] {
        let mut page = edge.browser.opens(author.session, &format!("?from=g:{generation}")).await;
        page.sees("hello").await;
        if warm {
            author.posts(generation, "late").await;
            author.starts(generation, 1).await;
            tells(&author, generation, &words).await;
            author.completes(generation, 1).await;
            let mut screen = Screen::default();
            reads(&mut page, &mut screen).await;
            is_whole(&screen, generation, &words);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_queued_answer_gets_no_torso_of_the_one_before() {
    let world = World::new().await;
    let (author, words) = (world.session(), words(20));
    let first = author.asks("one").await;
    tells(&author, first, &words[..10]).await;
    let second = GenerationId::generate();
    author.posts(second, "two").await;
    let rest: Vec<_> = words[10..].iter().map(String::as_str).collect();
    author.says(first, 1, 10, &rest).await;
    author.completes(first, 1).await;
    author.starts(second, 1).await;
    tells(&author, second, &words).await;
    author.completes(second, 1).await;

    let mut page = world.edge().await.browser.opens(author.session, &format!("?from=g:{second}")).await;
    let mut screen = Screen::default();
    reads(&mut page, &mut screen).await;
    reads(&mut page, &mut screen).await;
    is_whole(&screen, second, &words);
    assert!(!screen.texts.contains_key(&first.to_string()));
    assert_eq!(screen.ends[&first.to_string()], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_beginning_is_not_taken_for_the_first() {
    let world = World::new().await;
    let (author, words) = (world.session(), words(30));
    let generation = GenerationId::generate();
    author.posts(generation, "x").await;
    author.starts(generation, 1).await;
    let deltas: Vec<_> = words.iter().map(String::as_str).collect();
    author.says(generation, 1, 0, &deltas[..15]).await;

    // The edge begins here, and all it sees of the beginning is what the relay repeats.
    let edge = world.edge().await;
    edge.edge.prepare(author.session).await.unwrap();
    let again = domain::session::GenerationQueued {
        session_id: author.session,
        generation_id: generation,
        message_id: domain::MessageId::generate(),
        model: None,
        place: 0,
    };
    author.publish_as(again, 2).await;
    author.says(generation, 1, 15, &deltas[15..]).await;
    author.completes(generation, 1).await;

    let mut page = edge.browser.opens(author.session, &format!("?from=g:{generation}")).await;
    let mut screen = Screen::default();
    reads(&mut page, &mut screen).await;
    is_whole(&screen, generation, &words);
}

/// A worker in the process of the command role is told at once, the relay a little later.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_first_pieces_were_quicker_than_its_prompt_is_whole_from_its_start() {
    let world = World::new().await;
    let (author, words) = (world.session(), words(30));
    let said = |part: std::ops::Range<usize>| words[part].iter().map(String::as_str).collect::<Vec<_>>();
    let warm = world.edge().await;
    let mut before = warm.browser.opens(author.session, "").await;
    before.sees("hello").await;
    let other = author.asks("before").await;
    author.says(other, 1, 0, &["something else"]).await;
    author.completes(other, 1).await;

    let generation = GenerationId::generate();
    author.says(generation, 1, 0, &said(0..10)).await;
    author.posts(generation, "x").await;
    author.says(generation, 1, 10, &said(10..20)).await;
    author.starts(generation, 1).await;
    author.says(generation, 1, 20, &said(20..30)).await;
    author.completes(generation, 1).await;
    before.until("generation.completed").await;
    before.until("generation.completed").await;

    // From memory, and from Kafka.
    for edge in [&warm, &world.edge().await] {
        for from in [format!("?from=g:{generation}"), "?from=0".into()] {
            let mut page = edge.browser.opens(author.session, &from).await;
            let mut screen = Screen::default();
            page.until("generation.completed").await.iter().for_each(|frame| screen.shows(frame));
            is_whole(&screen, generation, &words);
            assert!(!screen.ends.contains_key(&other.to_string()));
        }
    }
}

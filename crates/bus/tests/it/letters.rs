//! Poison.

use std::time::Duration;

use bus::{Headers, Message, Partition, Producer, Reader, Record, Start, Topics, headers};

use crate::broker::{PATIENCE, config, join, message, next, next_text, send, text, topic, until_committed};

async fn letter(config: &bus::Config, topic: &str) -> Record {
    let letters = Partition::new(Topics::dead_letter(topic), 0);
    let reader = Reader::open(config, &[(letters, Start::Beginning)]).await.unwrap();
    tokio::time::timeout(PATIENCE, reader.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn parked_work_is_a_dead_letter_with_its_reason_and_is_done_with() {
    let config = config();
    let topic = topic(&config, 1).await;
    let sent = Message {
        headers: Headers::new().with(headers::EVENT_ID, "evt_1").with(headers::POSITION, 9),
        ..message(&topic, "a", "poison")
    };
    Producer::new(&config).unwrap().send(sent).await.unwrap().await.unwrap();

    let mut consumer = join(&config, &topic);
    let work = next(&mut consumer).await;
    consumer.park(work, &"it cannot be read").await.unwrap();
    until_committed(&config, &topic, 1).await;

    let letter = letter(&config, &topic).await;
    assert_eq!((letter.key_text(), text(&letter).as_str()), ("a", "poison"));
    let header = |name| letter.headers.get(name).unwrap().to_owned();
    assert_eq!(header(headers::DEAD_REASON), "it cannot be read");
    assert_eq!(header(headers::DEAD_TOPIC), topic);
    assert_eq!((header(headers::DEAD_PARTITION), header(headers::DEAD_OFFSET)), ("0".to_owned(), "0".to_owned()));
    assert_eq!((header(headers::EVENT_ID), letter.headers.position()), ("evt_1".to_owned(), Some(9)));
}

#[tokio::test]
async fn what_fails_too_often_is_parked() {
    let mut config = config();
    config.consumer.tries = 3;
    config.consumer.retry_first = Duration::from_millis(10);
    let topic = topic(&config, 1).await;
    send(&config, &topic, [("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())]).await;

    let mut consumer = join(&config, &topic);
    for tries in 1..=3 {
        let work = next(&mut consumer).await;
        assert_eq!((text(&work).as_str(), work.tries), ("1", tries));
        consumer.again(work, &format!("failure {tries}")).await.unwrap();
    }
    assert_eq!(next_text(&mut consumer).await, "2", "its key goes on");
    let letter = letter(&config, &topic).await;
    assert_eq!(letter.headers.get(headers::DEAD_REASON), Some("failure 3"));
    assert_eq!(letter.headers.get(headers::DEAD_TRIES), Some("3"));
}

#[tokio::test]
async fn what_cannot_be_parked_stays_unfinished_and_comes_again() {
    let mut config = config();
    config.consumer.retry_longest = Duration::from_millis(100);
    let topic = topic(&config, 1).await;
    send(&config, &topic, [("a".to_owned(), "1".to_owned())]).await;

    let nowhere = bus::Config { bootstrap: "127.0.0.1:9".to_owned(), ..config.clone() };
    let letters = Producer::new(&nowhere).unwrap();
    let mut consumer = bus::Consumer::join(&config, "workers", &[&topic], letters.clone()).unwrap();
    let work = next(&mut consumer).await;
    // Purged again and again, for nobody tells when the letter has begun to wait.
    let purging = async {
        loop {
            letters.purge();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        parked = consumer.park(work, &"poison") => { parked.unwrap_err(); }
        () = purging => {}
    }
    assert_eq!(next_text(&mut consumer).await, "1");
}

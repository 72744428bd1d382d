//! Every order of events that matters, without Kafka.

use super::*;
use crate::Headers;

fn partition(number: i32) -> Partition {
    Partition::new("t", number)
}

fn record(number: i32, offset: i64, key: &str) -> Record {
    Record {
        partition: partition(number),
        offset,
        timestamp: None,
        key: (!key.is_empty()).then(|| Bytes::copy_from_slice(key.as_bytes())),
        payload: Bytes::new(),
        headers: Headers::new(),
    }
}

/// A ledger with partition 0 and these keys at offsets 0, 1, 2 …
fn with(keys: &[&str]) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.assign(partition(0));
    arrive(&mut ledger, keys);
    ledger
}

fn arrive(ledger: &mut Ledger, keys: &[&str]) {
    keys.iter().zip(0..).for_each(|(key, offset)| ledger.arrive(record(0, offset, key)));
}

fn take_all(ledger: &mut Ledger) -> Vec<i64> {
    std::iter::from_fn(|| ledger.take()).map(|record| record.offset).collect()
}

fn finish(ledger: &mut Ledger, offset: i64, key: &str) -> Option<i64> {
    ledger.finish(&record(0, offset, key))
}

#[test]
fn different_keys_are_out_together_in_the_order_of_their_arrival() {
    let mut ledger = with(&["a", "b", "c"]);
    assert_eq!(take_all(&mut ledger), [0, 1, 2]);
}

#[test]
fn one_key_is_out_once_and_the_next_of_it_follows() {
    let mut ledger = with(&["a", "a", "b", "a"]);
    assert_eq!(take_all(&mut ledger), [0, 2]);
    finish(&mut ledger, 2, "b");
    assert!(take_all(&mut ledger).is_empty());
    finish(&mut ledger, 0, "a");
    assert_eq!(take_all(&mut ledger), [1]);
    finish(&mut ledger, 1, "a");
    assert_eq!(take_all(&mut ledger), [3]);
}

#[test]
fn records_without_a_key_do_not_wait_for_each_other() {
    let mut ledger = with(&["", "", ""]);
    assert_eq!(take_all(&mut ledger), [0, 1, 2]);
}

#[test]
fn the_offset_stays_at_the_oldest_unfinished() {
    let mut ledger = with(&["a", "b", "c", "d"]);
    take_all(&mut ledger);
    assert_eq!(finish(&mut ledger, 2, "c"), None);
    assert_eq!(finish(&mut ledger, 1, "b"), None);
    assert_eq!(finish(&mut ledger, 0, "a"), Some(3));
    assert_eq!(finish(&mut ledger, 3, "d"), Some(4));
}

#[test]
fn a_record_that_nobody_took_holds_the_offset_too() {
    let mut ledger = with(&["a", "b"]);
    ledger.take();
    assert_eq!(finish(&mut ledger, 0, "a"), Some(1));
    assert_eq!(finish(&mut ledger, 1, "b"), None, "it is not out");
}

#[test]
fn gaps_in_the_offsets_are_no_obstacle() {
    let mut ledger = Ledger::default();
    ledger.assign(partition(0));
    [(10, "a"), (17, "b")].iter().for_each(|(offset, key)| ledger.arrive(record(0, *offset, key)));
    take_all(&mut ledger);
    assert_eq!(finish(&mut ledger, 10, "a"), Some(17));
    assert_eq!(finish(&mut ledger, 17, "b"), Some(18));
}

#[test]
fn finishing_twice_changes_nothing() {
    let mut ledger = with(&["a", "a", "a"]);
    take_all(&mut ledger);
    finish(&mut ledger, 0, "a");
    assert_eq!(finish(&mut ledger, 0, "a"), None);
    assert_eq!(take_all(&mut ledger), [1]);
}

#[test]
fn a_partition_that_is_taken_away_takes_what_waits_with_it() {
    let mut ledger = with(&["a", "b", "a"]);
    ledger.take();
    ledger.revoke(&partition(0));
    assert_eq!(ledger.take(), None);
    assert_eq!((ledger.unfinished(), ledger.in_hand()), (1, 0), "one is still out");
    assert_eq!(finish(&mut ledger, 0, "a"), None, "its offset is another's now");
    assert_eq!(ledger.unfinished(), 0);
}

#[test]
fn other_partitions_are_not_touched() {
    let mut ledger = with(&["a"]);
    ledger.assign(partition(1));
    ledger.arrive(record(1, 5, "a"));
    ledger.revoke(&partition(0));
    assert_eq!(ledger.take(), Some(record(1, 5, "a")));
    assert_eq!(ledger.finish(&record(1, 5, "a")), Some(6));
}

#[test]
fn what_comes_back_while_it_is_out_is_not_handed_out_again() {
    let mut ledger = with(&["a", "a", "b"]);
    assert_eq!(take_all(&mut ledger), [0, 2]);
    ledger.revoke(&partition(0));
    ledger.assign(partition(0));
    arrive(&mut ledger, &["a", "a", "b"]);

    assert!(take_all(&mut ledger).is_empty(), "0 and 2 are out, 1 waits behind 0");
    assert_eq!(finish(&mut ledger, 2, "b"), None);
    assert_eq!(finish(&mut ledger, 0, "a"), Some(1));
    assert_eq!(take_all(&mut ledger), [1]);
    assert_eq!(finish(&mut ledger, 1, "a"), Some(3));
}

#[test]
fn a_key_stays_busy_while_its_record_is_out_even_if_that_does_not_come_back() {
    let mut ledger = with(&["a"]);
    ledger.take();
    ledger.revoke(&partition(0));
    ledger.assign(partition(0));
    ledger.arrive(record(0, 1, "a"));
    assert_eq!(ledger.take(), None);
    assert_eq!(finish(&mut ledger, 0, "a"), None);
    assert_eq!(take_all(&mut ledger), [1]);
    assert_eq!(finish(&mut ledger, 1, "a"), Some(2));
}

#[test]
fn records_of_a_partition_that_is_not_ours_are_ignored() {
    let mut ledger = Ledger::default();
    ledger.arrive(record(0, 0, "a"));
    assert_eq!(ledger.take(), None);
}

#[test]
fn a_failed_record_is_ours_until_its_partition_goes() {
    let mut ledger = with(&["a"]);
    let taken = ledger.take().unwrap();
    assert!(ledger.is_ours(&taken));
    ledger.revoke(&partition(0));
    assert!(!ledger.is_ours(&taken));
}

#[test]
fn what_is_in_hand_is_counted() {
    let mut ledger = with(&["a", "a", "b", "c"]);
    assert_eq!((ledger.unfinished(), ledger.in_hand()), (4, 4));
    take_all(&mut ledger);
    finish(&mut ledger, 2, "b");
    assert_eq!((ledger.unfinished(), ledger.in_hand()), (3, 4));
    finish(&mut ledger, 0, "a");
    assert_eq!((ledger.unfinished(), ledger.in_hand()), (2, 3), "1 is unfinished, 2 done behind it");
}

/// Whatever happens in whatever order: nothing is skipped, and one key is never out twice.
mod always {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Fetch(u8),
        Take,
        Finish(usize),
        Rebalance,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..4_u8).prop_map(Step::Fetch),
            4 => Just(Step::Take),
            4 => any::<usize>().prop_map(Step::Finish),
            1 => Just(Step::Rebalance),
        ]
    }

    proptest! {
        #[test]
        fn nothing_is_skipped(steps in proptest::collection::vec(step(), 1..200)) {
            let mut log: Vec<u8> = Vec::new(); // the keys at offsets 0, 1, 2 …
            let (mut ledger, mut fetched, mut committed) = (with(&[]), 0_usize, 0_i64);
            let (mut out, mut done): (Vec<Record>, HashSet<i64>) = Default::default();
            for step in steps {
                match step {
                    Step::Fetch(key) => {
                        log.push(key);
                        while fetched < log.len() {
                            ledger.arrive(record(0, fetched as i64, &log[fetched].to_string()));
                            fetched += 1;
                        }
                    }
                    Step::Take => out.extend(ledger.take()),
                    Step::Finish(which) if !out.is_empty() => {
                        let record = out.remove(which % out.len());
                        done.insert(record.offset);
                        if let Some(offset) = ledger.finish(&record) {
                            prop_assert!(offset > committed, "the offset only grows");
                            committed = offset;
                        }
                    }
                    Step::Finish(_) => {}
                    Step::Rebalance => {
                        ledger.revoke(&partition(0));
                        ledger.assign(partition(0));
                        fetched = committed as usize;
                    }
                }
                prop_assert!((0..committed).all(|offset| done.contains(&offset)), "committed means done");
                let keys: HashSet<_> = out.iter().map(|record| record.key.clone()).collect();
                prop_assert_eq!(keys.len(), out.len(), "one of a key at a time");
            }
        }
    }
}

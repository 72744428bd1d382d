use super::*;

const BOUNDS: Bounds = Bounds { session: 100_000, partition: 200_000, total: 300_000 };

fn memory(bounds: Bounds) -> Memory {
    Memory::new(bounds, Arc::default())
}

/// A record that weighs 1,000.
fn payload() -> Bytes {
    Bytes::from(vec![0; (1_000 - OVERHEAD) / 2])
}

fn offsets(memory: &Memory, session: SessionId, position: i64) -> Vec<i64> {
    match memory.page(session, position, usize::MAX) {
        Page::Records { entries, .. } => entries.iter().map(|entry| entry.offset).collect(),
        Page::Nothing { .. } => vec![],
        Page::Behind { floor } => panic!("{position} is behind {floor}"),
    }
}

fn floor(memory: &Memory, session: SessionId) -> i64 {
    match memory.page(session, 0, 1) {
        Page::Behind { floor } => floor,
        _ => 0,
    }
}

#[test]
fn a_watcher_sees_its_session_only_from_its_position_on() {
    let (alice, bob) = (SessionId::generate(), SessionId::generate());
    let mut memory = memory(BOUNDS);
    memory.restart(10);
    for offset in 10..20 {
        memory.push(if offset % 2 == 0 { alice } else { bob }, offset, payload());
    }
    assert_eq!(offsets(&memory, alice, 13), [14, 16, 18]);
    assert_eq!(offsets(&memory, bob, 10), [11, 13, 15, 17, 19]);
    assert!(matches!(memory.page(alice, 19, 9), Page::Nothing { next: 20 }));
    assert!(matches!(memory.page(SessionId::generate(), 10, 9), Page::Nothing { next: 20 }));
    assert!(matches!(memory.page(alice, 9, 9), Page::Behind { floor: 10 }));
}

#[test]
fn one_session_cannot_push_out_the_others() {
    let (loud, quiet) = (SessionId::generate(), SessionId::generate());
    let mut memory = memory(BOUNDS);
    memory.restart(0);
    memory.push(quiet, 0, payload());
    for offset in 1..=150 {
        memory.push(loud, offset, payload());
    }
    assert_eq!(floor(&memory, loud), 51);
    assert_eq!(offsets(&memory, quiet, 0), [0]);
    assert_eq!(memory.bytes, 101_000);
}

#[test]
fn a_partition_drops_its_oldest_and_knows_it() {
    let sessions: Vec<_> = (0..300).map(|_| SessionId::generate()).collect();
    let mut memory = memory(BOUNDS);
    memory.restart(0);
    for (offset, session) in sessions.iter().enumerate() {
        memory.push(*session, offset as i64, payload());
    }
    assert_eq!((memory.bytes, memory.sessions.len()), (200_000, 200));
    // Whoever was dropped, or never here, is only complete from the floor on.
    assert_eq!(floor(&memory, sessions[0]), 100);
    assert_eq!(floor(&memory, SessionId::generate()), 100);
    assert_eq!(offsets(&memory, sessions[100], 100), [100]);
}

#[test]
fn all_partitions_together_have_a_bound() {
    let total = Arc::<AtomicUsize>::default();
    let mut memories: Vec<_> = (0..4).map(|_| Memory::new(BOUNDS, total.clone())).collect();
    for memory in &mut memories {
        (0..150).for_each(|offset| memory.push(SessionId::generate(), offset, payload()));
    }
    assert!(total.load(Ordering::Relaxed) <= 300_000);
    assert_eq!(total.load(Ordering::Relaxed), memories.iter().map(|memory| memory.bytes).sum::<usize>());
}

#[test]
fn a_watched_session_does_not_become_behind_by_others() {
    let (idle, loud) = (SessionId::generate(), SessionId::generate());
    let mut memory = memory(BOUNDS);
    memory.restart(0);
    memory.watch(idle);
    for offset in 0..1_000 {
        memory.push(if offset % 3 == 0 { loud } else { SessionId::generate() }, offset, payload());
    }
    assert!(matches!(memory.page(idle, 0, 9), Page::Nothing { next: 1_000 }));
    memory.unwatch(idle);
    assert!(matches!(memory.page(idle, 0, 9), Page::Behind { .. }));
}

#[test]
fn places_of_dropped_records_do_not_pile_up() {
    let (old, loud) = (SessionId::generate(), SessionId::generate());
    let mut memory = memory(BOUNDS);
    memory.push(old, 0, payload());
    (1..20_000).for_each(|offset| memory.push(loud, offset, payload()));
    assert!(memory.order.len() <= 2 * memory.entries + 1024, "{}", memory.order.len());
    assert_eq!(memory.entries, memory.sessions.values().map(|past| past.entries.len()).sum::<usize>());
}

#[test]
fn what_is_old_goes() {
    let session = SessionId::generate();
    let mut memory = memory(BOUNDS);
    memory.push(session, 0, payload());
    memory.expire(Duration::from_secs(60));
    assert_eq!(offsets(&memory, session, 0), [0]);
    memory.expire(Duration::ZERO);
    assert_eq!((memory.bytes, memory.entries, memory.sessions.len()), (0, 0, 0));
    assert_eq!(floor(&memory, session), 1);
}

#[test]
fn a_new_beginning_keeps_who_watches() {
    let session = SessionId::generate();
    let mut memory = memory(BOUNDS);
    memory.watch(session);
    memory.push(session, 0, payload());
    memory.restart(7);
    assert!(matches!(memory.page(session, 1, 9), Page::Behind { floor: 7 }));
    memory.push(session, 7, payload());
    assert_eq!(offsets(&memory, session, 7), [7]);
    assert_eq!((memory.watchers(), memory.bytes), (1, 1_000));
}

#[test]
fn it_is_known_which_keys_have_opened_what_is_here() {
    let alice = SessionId::generate();
    let mut memory = memory(BOUNDS);
    memory.restart(0);
    memory.push(alice, 0, payload());
    assert!(memory.key_ids().is_empty(), "nobody has opened it yet");
    memory.all(alice)[0].is_opened_by("key_1");
    assert_eq!(memory.key_ids(), HashSet::from(["key_1".to_owned()]));
    memory.restart(1);
    assert!(memory.key_ids().is_empty());
}

//! Under AES-GCM a nonce that is used twice with one key gives both texts away.

use std::collections::HashSet;

use serde_json::json;

use crate::Desk;

const INSTANCES: usize = 8;
const SEALS: usize = 12_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_instances_that_share_a_key_never_use_a_nonce_twice() {
    let desk = Desk::open().await;
    let mut sealing = tokio::task::JoinSet::new();
    for _ in 0..INSTANCES {
        let sealer = desk.elsewhere().sealer(desk.tenant, desk.owners).await.unwrap();
        sealing.spawn_blocking(move || {
            let seal = |n: usize| sealer.seal_bytes(&vec![b'x'; n % 33], &format!("ses_{}", n % 3)).unwrap();
            (0..SEALS).map(|n| nonce(seal(n))).collect::<Vec<_>>()
        });
    }
    let used: Vec<_> = sealing.join_all().await.into_iter().flatten().collect();

    let keys: HashSet<_> = used.iter().map(|(key, _)| key).collect();
    let pairs: HashSet<_> = used.iter().collect();
    assert_eq!(keys.len(), 1, "the story itself is right: they share a key");
    assert_eq!(pairs.len(), INSTANCES * SEALS);
}

#[tokio::test]
async fn texts_and_files_of_one_event_have_nonces_of_their_own_also_after_a_rotation() {
    let desk = Desk::open().await;
    let (mut used, mut seals) = (HashSet::new(), 0);
    for _ in 0..20 {
        let sealer = desk.sealer().await;
        for _ in 0..50 {
            let mut payload = json!({ "private": { "content": "same" }, "private_files": "same" });
            sealer.seal(&mut payload, "ses_1").unwrap();
            for (bytes, key) in [("sealed", "key_id"), ("sealed_files", "files_key_id")] {
                let start: String = payload[bytes].as_str().unwrap().chars().take(16).collect();
                used.insert((payload[key].to_string(), start));
                seals += 1;
            }
        }
        desk.keys.renew(&desk.owners.texts.to_string()).await.unwrap();
    }
    assert_eq!(used.len(), seals);
}

#[tokio::test]
async fn wrapping_the_same_keys_again_and_again_never_repeats_a_nonce() {
    let desk = Desk::open().await;
    desk.sealer().await;
    let mut used = HashSet::new();
    for round in 0..100_u8 {
        let (new, old) = (round % 2 + 1, (round + 1) % 2 + 1);
        desk.with_keks(new, &[old]).rotate(|_, _| {}).await.unwrap();
        let wrapped: Vec<Vec<u8>> = sqlx::query_scalar("select wrapped from keys.data_keys order by key_id")
            .fetch_all(&desk.database.pool)
            .await
            .unwrap();
        used.extend(wrapped.into_iter().map(|wrapped| (new, wrapped[..12].to_vec())));
    }
    // The first round finds the keys wrapped as they should be.
    assert_eq!(used.len(), 200);
}

fn nonce((key, sealed): (String, Vec<u8>)) -> (String, [u8; 12]) {
    (key, sealed[..12].try_into().unwrap())
}

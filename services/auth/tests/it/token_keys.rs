//! Keys of internal tokens come and go; nobody is signed out by that.

use auth::Config;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rpc::auth::v1::Nothing;
use rpc::identity::{JwkSet, Signer};
use serde_json::Value;

use crate::household::{Household, address};

/// What a token says is its key.
fn kid(token: &str) -> String {
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&head).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// As if so many seconds had gone by for all keys; and the process has heard of that.
async fn passes(house: &Household, seconds: f64) {
    let shift = "update auth.token_keys set made_at = made_at - make_interval(secs => $1),
        signs_from = signs_from - make_interval(secs => $1), verifies_until = verifies_until - make_interval(secs => $1)";
    sqlx::query(shift).bind(seconds).execute(&house.pool).await.unwrap();
}

async fn published(house: &Household) -> Vec<String> {
    let set = house.auth.list_token_keys(Nothing {}, "").await.unwrap().jwks;
    serde_json::from_str::<JwkSet>(&set).unwrap().keys.into_iter().map(|key| key.kid).collect()
}

/// Another process of the same installation, which knows what the table says now.
async fn restarted(house: &Household) -> Household {
    Household::beside(house, Config::default()).await
}

#[tokio::test]
async fn processes_and_restarts_share_one_key_and_the_table_does_not_give_it_away() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let (here, there) = (house.internal(&tokens).await, restarted(&house).await.internal(&tokens).await);
    assert_eq!(kid(&here), kid(&there));
    house.verifier.verify(&there).await.unwrap();
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed_seed from auth.token_keys").fetch_one(&house.pool).await.unwrap();
    for from in 0..=sealed.len() - 32 {
        assert_ne!(Signer::new(&sealed[from..from + 32]).unwrap().kid(), kid(&here), "the seed lies open");
    }
}

#[tokio::test]
async fn many_who_start_at_once_make_one_key() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    sqlx::query("delete from auth.token_keys").execute(&house.pool).await.unwrap();
    let (a, b, c) = tokio::join!(restarted(&house), restarted(&house), restarted(&house));
    let (a, b, c) = tokio::join!(a.internal(&tokens), b.internal(&tokens), c.internal(&tokens));
    assert_eq!((kid(&a), kid(&a)), (kid(&b), kid(&c)));
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_verifies_until_all_is_over() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let before = house.internal(&tokens).await;
    house.service.token_keys().rotate(false).await.unwrap();

    let keys = published(&house).await;
    assert_eq!((keys.len(), keys.contains(&kid(&before))), (2, true));
    assert_eq!(kid(&house.internal(&tokens).await), kid(&before), "nobody knows the new one yet");

    passes(&house, 121.0).await;
    let later = restarted(&house).await;
    let after = later.internal(&tokens).await;
    assert!(kid(&after) != kid(&before) && keys.contains(&kid(&after)));
    later.verifier.verify(&before).await.unwrap();
    later.verifier.verify(&after).await.unwrap();

    // Its five minutes, a minute of clocks that differ, and one for a process that heard of it late.
    passes(&house, 5.0 * 60.0 + 120.0).await;
    let end = restarted(&house).await;
    assert_eq!(published(&end).await, [kid(&after)]);
    assert!(end.verifier.verify(&before).await.is_err(), "the old key is over");
    end.verifier.verify(&after).await.unwrap();
}

#[tokio::test]
async fn an_old_key_gets_a_successor_by_itself_and_after_a_long_night_at_once() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let first = kid(&house.internal(&tokens).await);
    passes(&house, 24.0 * 3600.0).await;
    let day = restarted(&house).await;
    assert_eq!(kid(&day.internal(&tokens).await), first, "the successor is being learned");
    assert_eq!(published(&day).await.len(), 2);

    sqlx::query("update auth.token_keys set verifies_until = now()").execute(&house.pool).await.unwrap();
    let morning = restarted(&house).await;
    let third = morning.internal(&tokens).await;
    assert_ne!(kid(&third), first);
    morning.verifier.verify(&third).await.unwrap();
}

#[tokio::test]
async fn a_key_that_leaked_is_ended_at_once_and_people_stay_signed_in() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let before = house.internal(&tokens).await;
    house.verifier.verify(&before).await.unwrap();
    house.service.token_keys().rotate(true).await.unwrap();
    let after = house.internal(&tokens).await;
    assert_eq!(published(&house).await, [kid(&after)]);
    // The new key is learned with the first token that names it; with it goes the old one.
    house.verifier.verify(&after).await.unwrap();
    assert!(!house.verifier.trusts(&kid(&before)));
    assert!(house.verifier.verify(&before).await.is_err());
}

#[tokio::test]
async fn who_has_another_key_to_seal_with_makes_a_key_of_their_own() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let before = house.internal(&tokens).await;
    let other =
        Config { sealing_key: Some("MTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1A=".into()), ..Config::default() };
    let other = Household::beside(&house, other).await;
    let after = other.internal(&tokens).await;
    assert_ne!(kid(&before), kid(&after));
    other.verifier.verify(&after).await.unwrap();
    other.verifier.verify(&before).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_a_minute_off_keeps_nobody_out_and_one_far_off_lets_nobody_in() {
    for (ahead, accepted) in [(59, true), (-59, true), (120, false), (-400, false)] {
        let house = Household::ahead(ahead).await;
        let Ok(tokens) = house.tries_to_sign_up(&address(), crate::household::PASSWORD).await else {
            assert!(!accepted, "{ahead}: the directory refused a token");
            continue;
        };
        assert!(accepted, "{ahead}");
        house.verifier.verify(&house.internal(&tokens).await).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_key_to_seal_with_a_process_has_a_key_of_its_own() {
    let house = Household::keyless().await;
    let tokens = house.signs_up(&address()).await;
    house.verifier.verify(&house.internal(&tokens).await).await.unwrap();
    let stored: i64 = sqlx::query_scalar("select count(*) from auth.token_keys").fetch_one(&house.pool).await.unwrap();
    assert_eq!(stored, 0);
    house.service.token_keys().rotate(false).await.unwrap_err();
}

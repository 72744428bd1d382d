use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use gateway::{Config, Peer};
use http::Request;
use tower::ServiceExt;

use crate::browser::{PASSWORD, is};
use crate::house::{House, address, limits, redis_client, somebody};

async fn asks(app: &Router, from: &str) -> (u16, String, String) {
    let mut request = Request::get("/api/v1/auth/providers").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(SocketAddr::new(from.parse().unwrap(), 1234)));
    let response = app.clone().oneshot(request).await.unwrap();
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    (response.status().as_u16(), header("ratelimit-remaining"), header("retry-after"))
}

#[tokio::test]
async fn the_fourth_of_three_waits_and_another_address_does_not() {
    let app = House::with(Config { limits: limits(3), ..Config::default() }).app();
    for left in ["2", "1", "0"] {
        assert_eq!(asks(&app, "192.0.2.1").await, (200, left.to_owned(), String::new()));
    }
    let (status, left, wait) = asks(&app, "192.0.2.1").await;
    assert_eq!((status, left.as_str()), (429, "0"));
    assert!((1..=60).contains(&wait.parse::<u64>().unwrap()), "{wait}");
    assert_eq!(asks(&app, "192.0.2.2").await.0, 200);
}

#[tokio::test]
async fn someone_who_is_signed_in_has_a_share_of_their_own() {
    let mut config = Config::default();
    config.limits.anonymous_per_minute = std::num::NonZeroU32::new(1).unwrap();
    let alice = somebody(House::with(config)).await;
    for _ in 0..5 {
        let answer = alice.get("models").await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit-limit")), (200, "600"));
    }
    let nobody = alice.shows("atl_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(nobody.get("models").await.problem(), is(401, "unauthenticated"));
    let refused = nobody.get("models").await;
    assert_eq!(refused.problem(), is(429, "too_many_requests"));
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(alice.get("models").await.status, 200, "the share of the address is not hers");
}

#[tokio::test]
async fn guessing_passwords_is_slower_than_anything_else() {
    let mut config = Config::default();
    config.limits.sign_in_per_minute = std::num::NonZeroU32::new(2).unwrap();
    let nobody = House::with(config).browser();
    let guess = serde_json::json!({ "email": "somebody@example.test", "password": "a wild guess indeed" });
    for _ in 0..2 {
        assert_eq!(nobody.post("auth/sign-in", &guess).await.problem(), is(401, "invalid_credentials"));
    }
    assert_eq!(nobody.post("auth/sign-in", &guess).await.problem(), is(429, "too_many_requests"));
    assert_eq!(nobody.get("auth/providers").await.status, 200);
}

#[tokio::test]
async fn an_organisation_has_a_share_for_all_its_people() {
    let mut config = Config::default();
    config.limits.tenant_per_minute = std::num::NonZeroU32::new(2).unwrap();
    let alice = somebody(House::with(config)).await;
    let first = alice.get("models").await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("2", "1"), "the tightest");
    assert_eq!(alice.get("models").await.status, 200);
    let refused = alice.get("models").await;
    assert_eq!((refused.problem(), refused.header("ratelimit-limit")), (is(429, "too_many_requests"), "2"));
    assert!(!refused.header("retry-after").is_empty() && !refused.header("ratelimit-reset").is_empty());
}

#[tokio::test]
async fn a_device_that_asks_too_much_leaves_the_others_theirs() {
    let mut config = Config::default();
    config.limits.device_per_minute = std::num::NonZeroU32::new(2).unwrap();
    let nobody = House::with(config).browser();
    let form = serde_json::json!({ "email": address(), "password": PASSWORD, "name": "Alice", "transport": "token" });
    let token = |answer: crate::browser::Answer| answer.json()["access_token"].as_str().unwrap().to_owned();
    let phone = nobody.shows(&token(nobody.post("auth/sign-up", &form).await));
    let credentials = serde_json::json!({ "email": form["email"], "password": PASSWORD, "transport": "token" });
    let laptop = nobody.shows(&token(nobody.post("auth/sign-in", &credentials).await));
    for _ in 0..2 {
        assert_eq!(phone.get("models").await.status, 200);
    }
    assert_eq!(phone.get("models").await.problem(), is(429, "too_many_requests"));
    assert_eq!(laptop.get("models").await.status, 200);
}

#[tokio::test]
async fn with_redis_a_refusal_uses_up_nothing_of_the_other_shares() {
    let mut tight = limits(100);
    tight.device_per_minute = std::num::NonZeroU32::new(2).unwrap();
    let mut alice = House::with_redis(tight).browser();
    let user = alice.signs_up().await.json();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(alice.get("models").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 429, 429, 429]);
    assert_eq!((counted("tenant", &user["tenant_id"]).await, counted("person", &user["id"]).await), (2, 2));
}

/// What Redis has counted of one subject.
async fn counted(kind: &str, id: &serde_json::Value) -> u32 {
    let key = format!("atelier:requests:{kind}:{}", id.as_str().unwrap());
    redis::cmd("HGET").arg(key).arg("sum").query_async(&mut connection().await).await.unwrap()
}

#[tokio::test]
async fn what_has_left_the_window_is_forgotten_also_by_a_refusal_and_a_broken_count_holds_nobody_up() {
    let mut redis = connection().await;
    let (time, _): (u64, u64) = redis::cmd("TIME").query_async(&mut redis).await.unwrap();
    let (old, recent, unique) = (time - 100, time - 5, uuid::Uuid::now_v7());
    let [mine, full, broken] = ["mine", "full", "broken"].map(|name| format!("atelier:test:{name}:{unique}"));
    let mut prepare = redis::pipe();
    prepare.hset_multiple(&mine, &[("first", old), ("sum", 9)]).hset_multiple(&mine, &[(old, 7), (recent, 2)]);
    prepare.hset_multiple(&full, &[("first", recent), ("sum", 3)]).hset(&full, recent, 3);
    prepare.hset_multiple(&broken, &[("first", old), ("sum", 5)]); // of no second at all
    prepare.query_async::<()>(&mut redis).await.unwrap();
    let script = redis::Script::new(include_str!("../../src/limit/count.lua"));
    let mut call = script.prepare_invoke();
    call.key(&mine).key(&full).arg(62).arg(1).arg(10).arg(3);
    let told: Vec<i64> = call.invoke_async(&mut redis).await.unwrap();
    assert_eq!((told[0], told[1], told[2]), (2, 0, 2), "{told:?}");
    let kept: (u64, i64) =
        redis::cmd("HMGET").arg(&mine).arg("first").arg("sum").query_async(&mut redis).await.unwrap();
    assert_eq!(kept, (recent, 2));

    let mut call = script.prepare_invoke();
    call.key(&mine).key(&broken).arg(62).arg(1).arg(10).arg(10);
    let told: Vec<i64> = call.invoke_async(&mut redis).await.unwrap();
    assert_eq!((told[0], told[1], told[2], told[4]), (0, 1, 3, 1), "{told:?}");
}

#[tokio::test]
async fn with_redis_two_gateways_count_together() {
    let (one, other) = (House::with_redis(limits(4)).app(), House::with_redis(limits(4)).app());
    let mut answers = Vec::new();
    for app in [&one, &other, &one, &other, &one, &other] {
        answers.push(asks(app, "198.51.100.4").await.0);
    }
    assert_eq!(answers, [200, 200, 200, 200, 429, 429]);
    let keys: Vec<String> =
        redis::cmd("KEYS").arg("atelier:requests:*").query_async(&mut connection().await).await.unwrap();
    assert!(keys.iter().any(|key| key.ends_with("198.51.100.4")), "{keys:?}");
}

#[tokio::test]
async fn who_asks_often_is_counted_to_the_last_and_redis_is_asked_now_and_then() {
    let mut allow = limits(100_000);
    allow.device_per_minute = std::num::NonZeroU32::new(1_000).unwrap();
    let mut alice = House::with_redis(allow).browser();
    let user = alice.signs_up().await.json();
    let (mut statuses, mut left) = (Vec::new(), Vec::new());
    while statuses.last() != Some(&429) {
        let answer = alice.get("models").await;
        statuses.push(answer.status.as_u16());
        left.push(answer.header("ratelimit-remaining").parse::<u32>().unwrap());
    }
    // What was taken and not used within its second is counted against her: ten at a time, if the machine is slow.
    assert!((900..=1_001).contains(&statuses.len()), "{}", statuses.len());
    assert!(left.is_sorted_by(|one, next| one > next || (*one, *next) == (0, 0)), "{left:?}");
    assert_eq!(counted("person", &user["id"]).await, 1_000);
}

#[tokio::test]
async fn without_the_redis_that_should_be_there_each_allows_half() {
    let house = House::with(Config { limits: limits(6), ..Config::default() });
    let (config, mut parts) = house.into_parts();
    parts.redis = Some(redis::Client::open("redis://127.0.0.1:1").unwrap());
    let app = gateway::router(config, parts).unwrap();
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(asks(&app, "198.51.100.5").await.0);
    }
    assert_eq!(answers, [200, 200, 200, 429, 429]);
}

async fn connection() -> redis::aio::MultiplexedConnection {
    redis_client().get_multiplexed_async_connection().await.unwrap()
}

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use auth::Config;

use crate::household::{Household, PASSWORD, address, code};

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    let wrong = house.signs_in(&email, "not this lantern").await.unwrap_err();
    let unknown = house.signs_in(&address(), "not this lantern").await.unwrap_err();
    assert_eq!(wrong.code(), unknown.code());
    assert_eq!(wrong.message(), unknown.message());
    assert_eq!(rpc::stable_code(&wrong), "invalid_credentials");
    assert_eq!(rpc::stable_code(&wrong), rpc::stable_code(&unknown));
}

/// Without the dummy hash an unknown address would be refused some twenty times faster.
#[tokio::test]
async fn an_unknown_address_costs_a_hash_too() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    let (mut wrong, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..4 {
        wrong = wrong.min(time(&house, &email).await);
        unknown = unknown.min(time(&house, &address()).await);
    }
    assert!(unknown > wrong / 3, "{unknown:?} against {wrong:?}");
}

async fn time(house: &Household, email: &str) -> Duration {
    let start = Instant::now();
    house.signs_in(email, "not this lantern").await.unwrap_err();
    start.elapsed()
}

fn three_attempts() -> Config {
    Config { attempts_per_account: NonZeroU32::new(3).unwrap(), ..Config::default() }
}

#[tokio::test]
async fn guessing_ends_even_with_the_right_password() {
    let house = Household::with(three_attempts()).await;
    let email = address();
    house.signs_up(&email).await;
    for _ in 0..3 {
        assert_eq!(code(&house.signs_in(&email, "a wild guess").await), "invalid_credentials");
    }
    let refused = house.signs_in(&email, PASSWORD).await.unwrap_err();
    assert_eq!(rpc::stable_code(&refused), "too_many_attempts");
    assert!(refused.metadata().get("retry-after").is_some());
}

#[tokio::test]
async fn with_redis_the_guesses_at_two_processes_count_together() {
    let (one, other) = (Household::with_redis(three_attempts()).await, Household::with_redis(three_attempts()).await);
    let email = address();
    one.signs_in(&email, "a wild guess").await.unwrap_err();
    one.signs_in(&email, "a wild guess").await.unwrap_err();
    assert_eq!(code(&other.signs_in(&email, "a wild guess").await), "invalid_credentials");
    assert_eq!(code(&other.signs_in(&email, "a wild guess").await), "too_many_attempts");
    assert_eq!(code(&one.signs_in(&email, "a wild guess").await), "too_many_attempts");
}

#[tokio::test]
async fn the_database_holds_no_password_and_no_token() {
    let house = Household::new().await;
    let signed_in = house.signs_up(&address()).await;
    let everything: String = sqlx::query_scalar(
        "select coalesce((select string_agg(c::text, ' ') from auth.credentials c), '')
             || coalesce((select string_agg(f::text, ' ') from auth.families f), '')
             || coalesce((select string_agg(t::text, ' ') from auth.tokens t), '')",
    )
    .fetch_one(&house.pool)
    .await
    .unwrap();
    let user = signed_in.user_id.trim_start_matches("usr_");
    assert!(everything.contains(user), "the dump shows the account");
    for secret in [PASSWORD, &signed_in.access_token, &signed_in.refresh_token, "example.test"] {
        assert!(!everything.contains(secret));
    }
}

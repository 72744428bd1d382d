use std::time::Duration;

use auth::{Config, FamilyId, News, Revocations};
use tokio_util::sync::CancellationToken;

use crate::household::{Household, PASSWORD, address, code, redis_client};

#[tokio::test]
async fn signing_out_ends_this_device_and_no_other() {
    let house = Household::new().await;
    let email = address();
    let (phone, desk) = (house.signs_up(&email).await, house.signs_in(&email, PASSWORD).await.unwrap());
    house.revokes(&phone.access_token).await;
    assert_eq!(code(&house.exchanges(&phone.access_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&phone.refresh_token).await), "unauthenticated");
    house.exchanges(&desk.access_token).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_ends_its_family_as_well_and_twice_is_once() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let family = house.exchanges(&tokens.access_token).await.unwrap().family_id;
    let mut feed = house.revocations.subscribe();
    house.revokes(&tokens.refresh_token).await;
    house.revokes(&tokens.refresh_token).await;
    house.revokes("not even a token").await;
    assert_eq!(feed.next().await.unwrap().unwrap().to_string(), family);
    assert_eq!(code(&house.exchanges(&tokens.access_token).await), "unauthenticated");
}

#[tokio::test]
async fn another_process_hears_of_it_through_redis() {
    let house = Household::with_redis(Config::default()).await;
    let tokens = house.signs_up(&address()).await;
    let family: FamilyId = house.exchanges(&tokens.access_token).await.unwrap().family_id.parse().unwrap();

    let (elsewhere, shutdown) = (Revocations::remote(), CancellationToken::new());
    assert!(!elsewhere.complete());
    let mut feed = elsewhere.subscribe();
    let following = tokio::spawn({
        let (elsewhere, shutdown) = (elsewhere.clone(), shutdown.clone());
        async move { elsewhere.follow(redis_client(), shutdown).await }
    });
    within_ten_seconds(async {
        while !elsewhere.complete() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.revokes(&tokens.access_token).await;
    within_ten_seconds(async { while feed.next().await != Some(Ok(News::Over(family))) {} }).await;

    shutdown.cancel();
    within_ten_seconds(following).await.unwrap();
}

async fn within_ten_seconds<T>(fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), fact).await.expect("it did not happen in ten seconds")
}

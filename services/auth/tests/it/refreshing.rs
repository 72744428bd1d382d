use std::time::Duration;

use auth::Config;

use crate::household::{Household, address, code};

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_once() {
    let house = Household::with(Config { refresh_grace: Duration::ZERO, ..Config::default() }).await;
    let first = house.signs_up(&address()).await;
    let mut feed = house.revocations.subscribe();
    let second = house.refreshes(&first.refresh_token).await.unwrap();
    assert_eq!(second.user_id, first.user_id);
    house.exchanges(&second.access_token).await.unwrap();

    assert_eq!(code(&house.refreshes(&first.refresh_token).await), "unauthenticated");
    let over = feed.next().await.unwrap().unwrap();
    assert!(over.to_string().starts_with("fam_"));
    assert_eq!(code(&house.exchanges(&second.access_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&second.refresh_token).await), "unauthenticated");
}

#[tokio::test]
async fn a_lost_answer_may_be_asked_for_once_more() {
    let house = Household::new().await;
    let first = house.signs_up(&address()).await;
    let lost = house.refreshes(&first.refresh_token).await.unwrap();
    let again = house.refreshes(&first.refresh_token).await.unwrap();
    assert_ne!(lost.refresh_token, again.refresh_token);
    house.exchanges(&again.access_token).await.unwrap();

    assert_eq!(code(&house.refreshes(&first.refresh_token).await), "unauthenticated");
    assert_eq!(code(&house.exchanges(&again.access_token).await), "unauthenticated");
}

#[tokio::test]
async fn of_two_pairs_from_a_repeated_refresh_only_one_goes_on() {
    let house = Household::new().await;
    let first = house.signs_up(&address()).await;
    let mine = house.refreshes(&first.refresh_token).await.unwrap();
    let thief = house.refreshes(&first.refresh_token).await.unwrap();

    let next = house.refreshes(&mine.refresh_token).await.unwrap();
    assert_eq!(code(&house.refreshes(&thief.refresh_token).await), "unauthenticated");
    assert_eq!(code(&house.exchanges(&next.access_token).await), "unauthenticated");
}

#[tokio::test]
async fn an_answer_that_was_used_was_not_lost() {
    let house = Household::new().await;
    let first = house.signs_up(&address()).await;
    let second = house.refreshes(&first.refresh_token).await.unwrap();
    let third = house.refreshes(&second.refresh_token).await.unwrap();
    assert_eq!(code(&house.refreshes(&first.refresh_token).await), "unauthenticated");
    assert_eq!(code(&house.exchanges(&third.access_token).await), "unauthenticated");
}

#[tokio::test]
async fn many_refreshes_at_once_give_two_answers_at_most() {
    let house = Household::new().await;
    let first = house.signs_up(&address()).await;
    let answers = futures::future::join_all((0..6).map(|_| house.refreshes(&first.refresh_token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_purpose_and_its_own_time() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    assert_eq!(code(&house.exchanges(&tokens.refresh_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&tokens.access_token).await), "unauthenticated");
    assert_eq!(code(&house.exchanges("atl_a_garbage").await), "unauthenticated");
    let forged = format!("{}A", &tokens.access_token[..tokens.access_token.len() - 1]);
    let other = format!("{}Q", &tokens.access_token[..tokens.access_token.len() - 1]);
    let forged = if forged == tokens.access_token { other } else { forged };
    assert_eq!(code(&house.exchanges(&forged).await), "unauthenticated");

    let expired = "update auth.tokens set expires_at = now() - interval '1 second' where family_id =
        (select family_id from auth.families where user_id = $1)";
    let user: domain::UserId = tokens.user_id.parse().unwrap();
    sqlx::query(expired).bind(user.as_uuid()).execute(&house.pool).await.unwrap();
    assert_eq!(code(&house.exchanges(&tokens.access_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&tokens.refresh_token).await), "unauthenticated");
}

#[tokio::test]
async fn an_internal_token_says_who_and_never_outlives_the_access_token() {
    let house = Household::with(Config { access: Duration::from_secs(90), ..Config::default() }).await;
    let tokens = house.signs_up(&address()).await;
    let exchanged = house.exchanges(&tokens.access_token).await.unwrap();
    let claims = house.verifier.verify(&exchanged.internal_token).await.unwrap();
    let (user, tenant) = claims.require_person().unwrap();
    assert_eq!((user.to_string(), tenant.to_string()), (tokens.user_id, tokens.tenant_id));
    assert_eq!(claims.family.as_deref(), Some(exchanged.family_id.as_str()));
    assert!(claims.exp <= exchanged.access_expires_at);
    assert_eq!(claims.exp, exchanged.expires_at);
}

//! A new password, by mail and with the old one; the address that a mail proves.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Instant;

use auth::Config;
use rpc::auth::v1::*;
use rpc::command::v1::note_account_request::Change;

use crate::household::{Household, PASSWORD, address, code};

const NEW: &str = "another quiet lantern";

async fn forgets(house: &Household, email: &str) {
    house.auth.forgot_password(AddressRequest { email: email.into() }, "").await.unwrap();
}

async fn resets(house: &Household, token: &str, password: &str) -> Result<Done, tonic::Status> {
    let request = ResetPasswordRequest { token: token.into(), password: password.into(), origin: String::new() };
    house.auth.reset_password(request, "").await
}

#[tokio::test]
async fn a_mail_sets_a_new_password_once_and_ends_every_sign_in() {
    let house = Household::new().await;
    let email = address();
    let phone = house.signs_up(&email).await;
    let mut feed = house.revocations.subscribe();
    forgets(&house, &email).await;
    let token = house.link(&email, "new password").await;

    let bad = resets(&house, &token, "password123").await;
    assert_eq!(code(&bad), "password_too_common", "and the link is not used up by it");
    resets(&house, &token, NEW).await.unwrap();

    assert!(feed.next().await.unwrap().is_ok());
    assert_eq!(code(&house.exchanges(&phone.access_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&phone.refresh_token).await), "unauthenticated");
    assert_eq!(code(&house.signs_in(&email, PASSWORD).await), "invalid_credentials");
    house.signs_in(&email, NEW).await.unwrap();
    assert_eq!(code(&resets(&house, &token, "a third quiet lantern").await), "invalid_link");
    let noted = house.directory.noted(&phone.user_id);
    assert_eq!(noted[0], Change::PasswordChanged("reset".into()));
    assert!(noted.iter().any(|told| matches!(told, Change::DeviceEnded(told) if told.because == "password_changed")));
    assert!(noted.iter().any(|told| matches!(told, Change::VerifyEmail(_))), "who reads the mail has the address");
}

#[tokio::test]
async fn two_at_once_with_one_link_are_one_change() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    forgets(&house, &email).await;
    let token = house.link(&email, "new password").await;
    let (one, other) = tokio::join!(resets(&house, &token, NEW), resets(&house, &token, "the other quiet lantern"));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
}

#[tokio::test]
async fn a_link_ends_after_its_time_and_no_other_token_is_one() {
    let house = Household::new().await;
    let email = address();
    let alice = house.signs_up(&email).await;
    forgets(&house, &email).await;
    let token = house.link(&email, "new password").await;
    let user: uuid::Uuid = alice.user_id.trim_start_matches("usr_").parse().unwrap();
    let minutes: f64 = sqlx::query_scalar(
        "select extract(epoch from max(expires_at) - now())::float8 / 60 from auth.once where kind = 'reset' and user_id = $1",
    )
    .bind(user)
    .fetch_one(&house.pool)
    .await
    .unwrap();
    assert!((29.0..=30.0).contains(&minutes), "{minutes}");
    let verify = house.link(&email, "Welcome").await;
    for other in [verify.as_str(), &alice.access_token, "", "atl_p_x", &token.replace("atl_p_", "atl_v_")] {
        assert_eq!(code(&resets(&house, other, NEW).await), "invalid_link", "{other}");
    }
    let late = "update auth.once set expires_at = now() where kind = 'reset' and user_id = $1";
    sqlx::query(late).bind(user).execute(&house.pool).await.unwrap();
    assert_eq!(code(&resets(&house, &token, NEW).await), "invalid_link");
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_in_the_same_time_and_no_mail() {
    let house = Household::new().await;
    let known = address();
    house.signs_up(&known).await;
    let (mut with, mut without) = (u128::MAX, u128::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        forgets(&house, &known).await;
        with = with.min(start.elapsed().as_micros());
        let start = Instant::now();
        forgets(&house, &address()).await;
        without = without.min(start.elapsed().as_micros());
    }
    assert!(with < 5_000 && without < 5_000, "nothing is looked up before the answer: {with} µs, {without} µs");
    house.mail(&known, "new password").await;
    assert!(house.outbox.list(100).await.unwrap().iter().all(|mail| mail.to == known));
}

#[tokio::test]
async fn an_address_is_not_flooded_with_mails() {
    let two = NonZeroU32::new(2).unwrap();
    let config = Config { mails_per_address: two, mails_at_once: NonZeroUsize::MIN, ..Config::default() };
    let house = Household::with(config).await;
    let email = address();
    house.signs_up(&email).await;
    for _ in 0..6 {
        forgets(&house, &email).await;
    }
    // Errands are run one after the other here, and this one is the last.
    let other = address();
    house.signs_up(&other).await;
    house.mail(&other, "Welcome").await;
    house.mail(&email, "new password").await;
    let mails = house.outbox.list(100).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("new password")).count(), 2);
}

#[tokio::test]
async fn a_password_is_changed_with_the_one_before_it_and_this_device_stays() {
    let house = Household::new().await;
    let email = address();
    let phone = house.signs_up(&email).await;
    let desk = house.signs_in(&email, PASSWORD).await.unwrap();
    let token = house.internal(&desk).await;
    let change = async |current: &str, new: &str| {
        let request = ChangePasswordRequest { current: current.into(), new: new.into(), origin: String::new() };
        house.auth.change_password(request, &token).await
    };
    assert_eq!(code(&change("not this lantern", NEW).await), "invalid_credentials");
    assert_eq!(code(&change(PASSWORD, "short").await), "password_too_short");
    change(PASSWORD, NEW).await.unwrap();
    house.exchanges(&desk.access_token).await.unwrap();
    assert_eq!(code(&house.exchanges(&phone.access_token).await), "unauthenticated");
    house.signs_in(&email, NEW).await.unwrap();
    assert!(house.directory.noted(&desk.user_id).contains(&Change::PasswordChanged("known".into())));
}

#[tokio::test]
async fn a_mail_verifies_the_address_once() {
    let house = Household::new().await;
    let email = address();
    let alice = house.signs_up(&email).await;
    let token = house.internal(&alice).await;
    let verified = async || house.auth.describe_account(Nothing {}, &token).await.unwrap().email_verified;
    let first = house.link(&email, "Welcome").await;
    assert!(!verified().await);
    house.auth.resend_verification(Nothing {}, &token).await.unwrap();
    let again = house.link(&email, "Verify").await;
    let verify = async |token: &str| {
        house.auth.verify_email(VerifyEmailRequest { token: token.into(), origin: String::new() }, "").await
    };
    verify(&first).await.unwrap();
    assert!(verified().await);
    assert_eq!(code(&verify(&first).await), "invalid_link");
    verify(&again).await.unwrap();
    let told = house.directory.noted(&alice.user_id);
    assert_eq!(told.iter().filter(|change| matches!(change, Change::VerifyEmail(_))).count(), 1);
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in() {
    let cheap = auth::Argon2 { memory_kib: 12 * 1024, iterations: 3, lanes: 1 };
    let old = Household::with(Config { argon2: cheap, ..Config::default() }).await;
    let email = address();
    let alice = old.signs_up(&email).await;
    let user: uuid::Uuid = alice.user_id.trim_start_matches("usr_").parse().unwrap();
    let stored = async || {
        let query = "select password_hash from auth.credentials where user_id = $1";
        sqlx::query_scalar::<_, String>(query).bind(user).fetch_one(&old.pool).await.unwrap()
    };
    assert!(stored().await.contains("m=12288,t=3"));
    old.signs_in(&email, PASSWORD).await.unwrap();
    assert!(stored().await.contains("m=12288,t=3"), "the same parameters are kept");
    let new = Household::beside(&old, Config::default()).await;
    new.signs_in(&email, PASSWORD).await.unwrap();
    assert!(stored().await.contains("m=19456,t=2,p=1"));
    new.signs_in(&email, PASSWORD).await.unwrap();
}

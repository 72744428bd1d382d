//! What is promised is done, whoever dies.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

use auth::Config;
use rpc::auth::v1::AddressRequest;
use rpc::command::v1::note_account_request::Change;

use crate::directory::Mood;
use crate::household::{Household, PASSWORD, address, code};

async fn waiting(house: &Household) -> i64 {
    sqlx::query_scalar("select count(*) from auth.errands").fetch_one(&house.pool).await.unwrap()
}

async fn nothing_waits(house: &Household) {
    let end = Instant::now() + Duration::from_secs(20);
    while waiting(house).await > 0 {
        assert!(Instant::now() < end, "{} errands still wait", waiting(house).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn forgets(house: &Household, email: &str) -> Result<rpc::auth::v1::Done, tonic::Status> {
    house.auth.forgot_password(AddressRequest { email: email.to_owned() }, "").await
}

#[tokio::test]
async fn a_mail_that_a_dead_process_promised_is_sent_by_the_next() {
    let dead = Household::asleep(Config::default()).await;
    let email = address();
    dead.signs_up(&email).await;
    forgets(&dead, &email).await.unwrap();
    assert!(dead.outbox.list(10).await.unwrap().is_empty());

    let next = Household::beside(&dead, Config::default()).await;
    next.mail(&email, "Welcome").await;
    next.link(&email, "new password").await;
    nothing_waits(&next).await;
}

#[tokio::test]
async fn who_dies_while_sending_leaves_it_to_the_next_and_two_do_not_send_it_at_once() {
    let dead = Household::asleep(Config::default()).await;
    let email = address();
    dead.signs_up(&email).await;
    let taken = "update auth.errands set attempts = 1, due_at = now() + interval '1 minute'";
    sqlx::query(taken).execute(&dead.pool).await.unwrap();
    let others = [Household::beside(&dead, Config::default()).await, Household::beside(&dead, Config::default()).await];
    forgets(&others[0], &email).await.unwrap();
    others[0].mail(&email, "new password").await;
    assert_eq!(others[0].outbox.list(10).await.unwrap().len(), 1, "somebody has the other one");

    sqlx::query("update auth.errands set due_at = now()").execute(&dead.pool).await.unwrap();
    forgets(&others[1], &email).await.unwrap();
    others[1].mail(&email, "Welcome").await;
    nothing_waits(&others[0]).await;
    assert_eq!(others[0].outbox.list(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_waits_is_bounded_and_tells_nobody_to_whom_it_goes() {
    let two = NonZeroUsize::new(2).unwrap();
    let house = Household::asleep(Config { mails_waiting: two, ..Config::default() }).await;
    let email = address();
    house.signs_up(&email).await;
    forgets(&house, "nobody@example.test").await.unwrap();
    assert_eq!(code(&forgets(&house, &email).await), "unavailable");
    let rows: Vec<Vec<u8>> =
        sqlx::query_scalar("select sealed from auth.errands").fetch_all(&house.pool).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(!rows.iter().any(|row| row.windows(7).any(|part| part == b"example")));
    // A sign-in does not wait for mails.
    house.signs_in(&email, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_nobody_takes_is_given_up_in_the_end() {
    let (attempts, pause) = (NonZeroU32::new(2).unwrap(), Duration::from_millis(10));
    let mail = mail::Config { url: Some("smtp://127.0.0.1:1".into()), attempts, pause, ..mail::Config::default() };
    let house = Household::with_mail(mail).await;
    house.signs_up(&address()).await;
    nothing_waits(&house).await;
}

#[tokio::test]
async fn a_sign_in_is_told_once_also_when_nobody_listened_at_first() {
    let house = Household::with(Config { errands_poll: Duration::from_millis(50), ..Config::default() }).await;
    let email = address();
    let alice = house.signs_up(&email).await;
    for mood in [Mood::HearsNothing, Mood::LosesAnswers, Mood::Fine] {
        house.directory.is(mood);
        let signed_in = house.signs_in(&email, PASSWORD).await.unwrap();
        house.exchanges(&signed_in.access_token).await.unwrap();
    }
    nothing_waits(&house).await;
    let told = house.directory.noted(&alice.user_id);
    assert_eq!(told.iter().filter(|change| matches!(change, Change::SignedIn(_))).count(), 3, "{told:?}");
}

#[tokio::test]
async fn a_process_that_dies_after_a_sign_in_leaves_its_event_to_the_next() {
    let dead = Household::asleep(Config::default()).await;
    let email = address();
    let alice = dead.signs_up(&email).await;
    dead.directory.is(Mood::HearsNothing);
    dead.signs_in(&email, PASSWORD).await.unwrap();
    assert!(dead.directory.noted(&alice.user_id).is_empty());
    dead.directory.is(Mood::Fine);
    let next = Household::beside(&dead, Config { errands_poll: Duration::from_millis(50), ..Config::default() }).await;
    nothing_waits(&next).await;
    assert!(matches!(next.directory.noted(&alice.user_id)[..], [Change::SignedIn(_)]));
}

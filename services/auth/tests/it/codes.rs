//! Six digits by mail.

use rpc::auth::v1::*;

use crate::household::{Household, address, code};

async fn asks(house: &Household, email: &str) -> String {
    house.auth.send_code(AddressRequest { email: email.into() }, "").await.unwrap();
    digits(&house.mail(email, "sign-in code").await.text)
}

fn digits(text: &str) -> String {
    let found = text.lines().map(str::trim).find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()));
    found.expect("six digits").to_owned()
}

async fn shows(house: &Household, email: &str, code: &str) -> Result<SignedIn, tonic::Status> {
    let (email, code, device) = (email.into(), code.into(), "a test".into());
    house.auth.verify_code(VerifyCodeRequest { email, code, device, origin: String::new() }, "").await
}

fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_code_signs_in_once() {
    let house = Household::new().await;
    let email = address();
    let alice = house.signs_up(&email).await;
    let digits = asks(&house, &email).await;
    let signed_in = shows(&house, &email, &digits).await.unwrap();
    assert_eq!(signed_in.user_id, alice.user_id);
    house.exchanges(&signed_in.access_token).await.unwrap();
    assert_eq!(code(&shows(&house, &email, &digits).await), "invalid_code");
}

#[tokio::test]
async fn five_wrong_tries_end_a_code() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    let digits = asks(&house, &email).await;
    for _ in 0..5 {
        assert_eq!(code(&shows(&house, &email, &another(&digits)).await), "invalid_code");
    }
    assert_eq!(code(&shows(&house, &email, &digits).await), "invalid_code");
}

#[tokio::test]
async fn a_code_is_of_one_person_and_of_ten_minutes() {
    let house = Household::new().await;
    let (email, other) = (address(), address());
    let alice = house.signs_up(&email).await;
    house.signs_up(&other).await;
    let digits = asks(&house, &email).await;
    assert_eq!(code(&shows(&house, &other, &digits).await), "invalid_code");
    let user: uuid::Uuid = alice.user_id.trim_start_matches("usr_").parse().unwrap();
    let late = "update auth.codes set expires_at = expires_at - interval '10 minutes' where user_id = $1";
    sqlx::query(late).bind(user).execute(&house.pool).await.unwrap();
    assert_eq!(code(&shows(&house, &email, &digits).await), "invalid_code");
}

#[tokio::test]
async fn an_unknown_address_is_told_the_same() {
    let house = Household::new().await;
    let unknown = address();
    house.auth.send_code(AddressRequest { email: unknown.clone() }, "").await.unwrap();
    assert_eq!(code(&shows(&house, &unknown, "123456").await), "invalid_code");
    for _ in 0..9 {
        shows(&house, &unknown, "123456").await.unwrap_err();
    }
    assert_eq!(code(&shows(&house, &unknown, "123456").await), "too_many_attempts");
}

#[tokio::test]
async fn the_database_holds_no_digits() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    let digits = asks(&house, &email).await;
    let all: String = sqlx::query_scalar("select coalesce(string_agg(c::text, ' '), '') from auth.codes c")
        .fetch_one(&house.pool)
        .await
        .unwrap();
    let plain = hex::encode(ring::digest::digest(&ring::digest::SHA256, digits.as_bytes()));
    assert!(!all.is_empty() && !all.contains(&plain));
}

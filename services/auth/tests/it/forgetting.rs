//! What is left of a person who was erased: nothing.

use auth::Config;
use rpc::auth::v1::{ConfirmPasswordRequest, ForgetUserRequest, ListDevicesRequest, ServiceTokenRequest};

use crate::household::{Household, PASSWORD, address, code};

const SECRET: &str = "a shared secret";

#[tokio::test]
async fn credentials_sign_ins_and_tokens_are_gone_and_every_device_hears_of_it() {
    let config = Config { internal_secret: Some(SECRET.into()), ..Config::default() };
    let house = Household::with(config).await;
    let email = address();
    let phone = house.signs_up(&email).await;
    let desk = house.signs_in(&email, PASSWORD).await.unwrap();
    let other = house.signs_up(&address()).await;
    let mut feed = house.revocations.subscribe();
    let request = ServiceTokenRequest { role: "command".to_owned(), secret: SECRET.to_owned() };
    let token = house.auth.service_token(request, "").await.unwrap().internal_token;

    let forget = || ForgetUserRequest { user_id: phone.user_id.clone() };
    let gone = house.auth.forget_user(forget(), &token).await.unwrap();

    assert_eq!((gone.credentials, gone.families, gone.tokens), (1, 2, 4));
    assert!(feed.next().await.unwrap().is_ok() && feed.next().await.unwrap().is_ok());
    for tokens in [&phone, &desk] {
        assert_eq!(code(&house.exchanges(&tokens.access_token).await), "unauthenticated");
        assert_eq!(code(&house.refreshes(&tokens.refresh_token).await), "unauthenticated");
    }
    assert_eq!(code(&house.signs_in(&email, PASSWORD).await), "invalid_credentials");
    house.exchanges(&other.access_token).await.unwrap();
    let again = house.auth.forget_user(forget(), &token).await.unwrap();
    assert_eq!((again.credentials, again.families, again.tokens), (0, 0, 0));
}

#[tokio::test]
async fn only_a_service_makes_auth_forget_somebody() {
    let house = Household::new().await;
    let alice = house.signs_up(&address()).await;
    let inside = house.exchanges(&alice.access_token).await.unwrap().internal_token;
    for token in ["", inside.as_str(), "garbage"] {
        let request = ForgetUserRequest { user_id: alice.user_id.clone() };
        house.auth.forget_user(request, token).await.unwrap_err();
    }
    house.exchanges(&alice.access_token).await.unwrap();
}

#[tokio::test]
async fn a_person_confirms_with_their_own_password_and_guessing_is_limited() {
    let house = Household::new().await;
    let alice = house.signs_up(&address()).await;
    let token = house.exchanges(&alice.access_token).await.unwrap().internal_token;
    let confirm = async |password: &str| {
        house.auth.confirm_password(ConfirmPasswordRequest { password: password.to_owned() }, &token).await
    };
    confirm(PASSWORD).await.unwrap();
    for _ in 0..10 {
        assert_eq!(code(&confirm("a loud red lantern").await), "invalid_credentials");
    }
    assert_eq!(code(&confirm(PASSWORD).await), "too_many_attempts");
}

#[tokio::test]
async fn devices_are_those_of_the_caller() {
    let house = Household::new().await;
    let email = address();
    let alice = house.signs_up(&email).await;
    house.signs_in(&email, PASSWORD).await.unwrap();
    house.signs_up(&address()).await;
    let token = house.exchanges(&alice.access_token).await.unwrap().internal_token;

    let devices = house.auth.list_devices(ListDevicesRequest {}, &token).await.unwrap().devices;

    assert_eq!(devices.len(), 2);
    assert!(devices.iter().all(|device| device.name == "a test" && !device.revoked));
    house.auth.list_devices(ListDevicesRequest {}, "").await.unwrap_err();
}

use std::time::Duration;

use auth::Config;
use rpc::auth::v1::{ServiceTokenRequest, SignUpRequest};
use tokio_util::sync::CancellationToken;

use crate::household::{Household, PASSWORD, address, code};

fn request(role: &str, secret: &str) -> ServiceTokenRequest {
    ServiceTokenRequest { role: role.into(), secret: secret.into() }
}

#[tokio::test]
async fn a_role_with_the_secret_gets_a_service_token_and_nobody_else() {
    let config = Config { internal_secret: Some("a shared secret".into()), ..Config::default() };
    let house = Household::with(config).await;
    let granted = house.auth.service_token(request("generation", "a shared secret"), "").await.unwrap();
    let claims = house.verifier.verify(&granted.internal_token).await.unwrap();
    claims.require_service().unwrap();
    assert_eq!(claims.sub, "generation");

    for refused in [request("generation", "a shared secreT"), request("person", "a shared secret"), request("edge", "")]
    {
        assert_eq!(code(&house.auth.service_token(refused, "").await), "forbidden");
    }
}

#[tokio::test]
async fn without_a_configured_secret_there_are_no_service_tokens() {
    let house = Household::new().await;
    assert_eq!(code(&house.auth.service_token(request("edge", ""), "").await), "forbidden");
}

/// A free port, asked of the system; the server binds it a moment later.
fn free() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn it_answers_over_the_wire_and_tidies_up_until_it_is_told_to_stop() {
    let (address_, shutdown) = (free(), CancellationToken::new());
    let config = Config { listen: Some(address_), housekeeping: Duration::from_millis(20), ..Config::default() };
    let house = Household::with(config).await;
    let serving = tokio::spawn(house.service.clone().serve(shutdown.clone()));

    let channel = rpc::connect(&format!("http://{address_}"), Duration::from_secs(10)).unwrap();
    let wire = rpc::Auth::remote(channel);
    let form = || SignUpRequest {
        email: address(),
        password: PASSWORD.into(),
        name: "Alice".into(),
        device: String::new(),
        origin: String::new(),
        invite: String::new(),
    };
    let tokens = within_ten_seconds(async {
        loop {
            match wire.sign_up(form(), "").await {
                Ok(tokens) => break tokens,
                // The port is not open yet.
                Err(status) => assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}"),
            }
        }
    })
    .await;

    let user: domain::UserId = tokens.user_id.parse().unwrap();
    expire(&house, user).await;
    within_ten_seconds(async { while families(&house, user).await > 0 {} }).await;
    shutdown.cancel();
    within_ten_seconds(serving).await.unwrap().unwrap();
}

async fn expire(house: &Household, user: domain::UserId) {
    let expire = "update auth.families set expires_at = now() - interval '1 second' where user_id = $1";
    sqlx::query(expire).bind(user.as_uuid()).execute(&house.pool).await.unwrap();
}

async fn families(house: &Household, user: domain::UserId) -> i64 {
    let count = "select count(*) from auth.families where user_id = $1";
    sqlx::query_scalar(count).bind(user.as_uuid()).fetch_one(&house.pool).await.unwrap()
}

async fn within_ten_seconds<T>(fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), fact).await.expect("it did not happen in ten seconds")
}

//! Signing in by a provider, and what must not work.

use std::sync::atomic::{AtomicU64, Ordering};

use auth::{Config, Provider, ProviderKind};
use rpc::auth::v1::*;
use rpc::command::v1::note_account_request::Change;

use crate::household::{Household, PASSWORD, address, code};
use crate::provider::{Player, Says};

struct World {
    house: Household,
    player: Player,
}

fn provider(id: &str, kind: ProviderKind, issuer: String) -> Provider {
    Provider {
        id: id.to_owned(),
        label: "Example".to_owned(),
        kind,
        issuer: Some(issuer),
        client_id: "atelier".to_owned(),
        client_secret: "s3cret+".into(),
        tenant: None,
        organisation: None,
    }
}

async fn world() -> World {
    let player = Player::start().await;
    let providers = vec![
        provider("example", ProviderKind::Oidc, player.url()),
        provider("github", ProviderKind::Github, player.url()),
    ];
    World { house: Household::with(Config { providers, ..Config::default() }).await, player }
}

fn says(email: &str) -> Says {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let subject = format!("{}{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Says { subject, email: email.to_owned(), verified: true, nonce: None, audience: None, forged: false }
}

impl World {
    async fn begins(&self, provider: &str) -> BeginLoginResponse {
        let request = BeginLoginRequest { provider: provider.into(), next: "/w".into() };
        self.house.auth.begin_login(request, "").await.unwrap()
    }

    /// The browser comes back as it should, unless `spoil` does something to it.
    async fn comes_back(
        &self,
        provider: &str,
        begun: &BeginLoginResponse,
        spoil: impl FnOnce(&mut FinishLoginRequest),
    ) -> Result<FinishLoginResponse, tonic::Status> {
        let (code, state) = self.player.signs_in(&begun.url);
        let mut request = FinishLoginRequest {
            provider: provider.into(),
            flow: begun.flow.clone(),
            code,
            state,
            iss: (provider == "example").then(|| self.player.url()),
            device: "a browser".into(),
            origin: String::new(),
        };
        spoil(&mut request);
        self.house.auth.finish_login(request, "").await
    }

    async fn signs_in_by(&self, provider: &str, says: Says) -> Result<SignedIn, tonic::Status> {
        self.player.says(says);
        let begun = self.begins(provider).await;
        Ok(self.comes_back(provider, &begun, |_| {}).await?.signed_in.unwrap())
    }
}

#[tokio::test]
async fn a_stranger_gets_an_account_and_is_known_by_their_subject_from_then_on() {
    for provider in ["example", "github"] {
        let world = world().await;
        let (email, moved) = (address(), address());
        let ada = says(&email);
        let first = world.signs_in_by(provider, ada.clone()).await.unwrap();
        let again = world.signs_in_by(provider, Says { email: moved, ..ada.clone() }).await.unwrap();
        assert_eq!(first.user_id, again.user_id, "the subject counts, not the address");
        let unsure = world.signs_in_by(provider, Says { verified: false, ..ada }).await.unwrap();
        assert_eq!(first.user_id, unsure.user_id);
        world.house.exchanges(&first.access_token).await.unwrap();
        assert_eq!(world.house.directory.user_of(&email).unwrap(), first.user_id);
        let told = world.house.directory.noted(&first.user_id);
        assert!(matches!(&told[0], Change::IdentityLinked(told) if told.provider == provider));
        assert!(matches!(&told[1], Change::VerifyEmail(_)));
        assert!(matches!(&told[2], Change::SignedIn(told) if told.method == provider));
    }
}

#[tokio::test]
async fn an_address_that_is_not_verified_leads_nowhere() {
    let world = world().await;
    for provider in ["example", "github"] {
        let unsure = Says { verified: false, ..says(&address()) };
        assert_eq!(code(&world.signs_in_by(provider, unsure).await), "email_not_verified");
    }
}

#[tokio::test]
async fn an_account_with_a_password_is_not_taken_over_and_can_be_linked_by_its_person() {
    let world = world().await;
    let email = address();
    let alice = world.house.signs_up(&email).await;
    let ada = says(&email);
    assert_eq!(code(&world.signs_in_by("example", ada.clone()).await), "link_first");

    let token = world.house.internal(&alice).await;
    let link = |password: &str| BeginLinkRequest {
        provider: "example".into(),
        next: "/profile".into(),
        password: password.into(),
    };
    assert_eq!(code(&world.house.auth.begin_link(link("not this lantern"), &token).await), "invalid_credentials");
    let begun = world.house.auth.begin_link(link(PASSWORD), &token).await.unwrap();
    let linked = world.comes_back("example", &begun, |_| {}).await.unwrap();
    assert!(linked.linked && linked.next == "/profile" && linked.signed_in.unwrap().access_token.is_empty());

    let signed_in = world.signs_in_by("example", ada.clone()).await.unwrap();
    assert_eq!(signed_in.user_id, alice.user_id);
    let known = world.house.auth.describe_account(Nothing {}, &token).await.unwrap();
    assert_eq!(known.identities[0].provider, "example");

    let eve = world.house.signs_up(&address()).await;
    let eve = world.house.internal(&eve).await;
    let begun = world.house.auth.begin_link(link(PASSWORD), &eve).await.unwrap();
    assert_eq!(code(&world.comes_back("example", &begun, |_| {}).await), "linked_to_other");
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let world = world().await;
    let signed_in = world.signs_in_by("example", says(&address())).await.unwrap();
    let token = world.house.internal(&signed_in).await;
    let unlink = |provider: &str| UnlinkIdentityRequest { provider: provider.into(), origin: String::new() };
    assert_eq!(code(&world.house.auth.unlink_identity(unlink("example"), &token).await), "last_way_in");
    assert_eq!(code(&world.house.auth.unlink_identity(unlink("github"), &token).await), "not_found");
}

type Spoil = fn(&mut FinishLoginRequest);

#[tokio::test]
async fn a_way_back_that_is_not_of_this_way_out_is_refused() {
    let world = world().await;
    world.player.says(says(&address()));
    let spoils: [(&str, Spoil); 7] = [
        ("another browser", |back| back.flow = String::new()),
        ("a made up flow", |back| back.flow = format!("atl_f_{}", "A".repeat(43))),
        ("another state", |back| back.state.push('x')),
        ("no state", |back| back.state.clear()),
        ("no code", |back| back.code.clear()),
        ("another issuer (mix-up)", |back| back.iss = Some("https://evil.example".into())),
        ("no issuer, where one is promised", |back| back.iss = None),
    ];
    for (what, spoil) in spoils {
        let begun = world.begins("example").await;
        assert_eq!(code(&world.comes_back("example", &begun, spoil).await), "provider_refused", "{what}");
    }
    let begun = world.begins("example").await;
    let other = world.comes_back("example", &begun, |back| back.provider = "github".into()).await;
    assert_eq!(code(&other), "provider_refused", "another provider");
    let begun = world.begins("example").await;
    world.comes_back("example", &begun, |_| {}).await.unwrap();
    assert_eq!(code(&world.comes_back("example", &begun, |_| {}).await), "provider_refused", "twice");
}

#[tokio::test]
async fn an_id_token_that_is_not_ours_is_refused() {
    let world = world().await;
    let ada = says(&address());
    let lies = [
        Says { nonce: Some("another".into()), ..ada.clone() },
        Says { audience: Some("another".into()), ..ada.clone() },
        Says { forged: true, ..ada.clone() },
    ];
    for lie in lies {
        assert_eq!(code(&world.signs_in_by("example", lie).await), "provider_refused");
    }
    world.signs_in_by("example", ada).await.unwrap();
}

#[tokio::test]
async fn a_code_that_was_stolen_is_worth_nothing_without_its_verifier() {
    let world = world().await;
    world.player.says(says(&address()));
    let theirs = world.begins("example").await;
    let (stolen, _) = world.player.signs_in(&theirs.url);
    let mine = world.begins("example").await;
    let refused = world.comes_back("example", &mine, |back| back.code = stolen).await;
    assert_eq!(code(&refused), "provider_away", "the provider says no");
}

#[tokio::test]
async fn whoever_was_erased_is_a_stranger_at_their_next_sign_in() {
    let secret = "a shared secret";
    let player = Player::start().await;
    let providers = vec![provider("example", ProviderKind::Oidc, player.url())];
    let config = Config { providers, internal_secret: Some(secret.into()), ..Config::default() };
    let world = World { house: Household::with(config).await, player };
    let ada = says(&address());
    let first = world.signs_in_by("example", ada.clone()).await.unwrap();
    let request = ServiceTokenRequest { role: "command".to_owned(), secret: secret.to_owned() };
    let token = world.house.auth.service_token(request, "").await.unwrap().internal_token;
    let gone =
        world.house.auth.forget_user(ForgetUserRequest { user_id: first.user_id.clone() }, &token).await.unwrap();
    assert_eq!((gone.identities, gone.credentials), (1, 1));
    let user: uuid::Uuid = first.user_id.trim_start_matches("usr_").parse().unwrap();
    for table in
        ["credentials", "families", "factors", "identities", "recovery_codes", "codes", "once", "known_devices"]
    {
        let left = format!("select count(*) from auth.{table} where user_id = $1");
        let left: i64 = sqlx::query_scalar(&left).bind(user).fetch_one(&world.house.pool).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

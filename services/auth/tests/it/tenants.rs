//! Providers of an organisation's own: who comes in by them, and that they lead to nobody else's account.

use std::sync::atomic::{AtomicU64, Ordering};

use auth::Config;
use rpc::auth::v1::*;
use rpc::command::v1::note_account_request::Change;

use crate::household::{Household, address, code};
use crate::provider::{Player, Says};

/// 32 bytes, in base64.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECRET: &str = "s3cret+";

/// An organisation with an owner, and the provider that it names.
struct Office {
    house: Household,
    player: Player,
    owner: SignedIn,
}

fn says(email: &str) -> Says {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let subject = format!("office{}{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Says { subject, email: email.to_owned(), verified: true, nonce: None, audience: None, forged: false }
}

async fn office() -> Office {
    let config = Config { sealing_key: Some(KEY.into()), private_providers: true, ..Config::default() };
    let house = Household::with(config).await;
    let owner = house.signs_up(&address()).await;
    Office { house, player: Player::start().await, owner }
}

impl Office {
    fn asks(&self, joins: &str) -> SetLoginRequest {
        SetLoginRequest {
            kind: "oidc".into(),
            label: "Acme ID".into(),
            issuer: Some(self.player.url()),
            client_id: "atelier".into(),
            client_secret: SECRET.into(),
            joins: joins.into(),
            ..SetLoginRequest::default()
        }
    }

    async fn names(&self, joins: &str) -> TenantProvider {
        let token = self.house.internal(&self.owner).await;
        self.house.auth.set_login(self.asks(joins), &token).await.unwrap()
    }

    async fn comes(&self, provider: &TenantProvider, says: Says) -> Result<SignedIn, tonic::Status> {
        self.player.says(says);
        let request = BeginLoginRequest { provider: provider.id.clone(), next: "/".into() };
        let begun = self.house.auth.begin_login(request, "").await?;
        let (code, state) = self.player.signs_in(&begun.url);
        let request = FinishLoginRequest {
            provider: provider.id.clone(),
            flow: begun.flow,
            code,
            state,
            iss: Some(self.player.url()),
            device: "a browser".into(),
            origin: String::new(),
        };
        Ok(self.house.auth.finish_login(request, "").await?.signed_in.unwrap())
    }
}

#[tokio::test]
async fn whom_it_vouches_for_comes_in_as_invited_and_works_in_that_organisation() {
    let office = office().await;
    let provider = office.names("").await;
    let email = address();
    assert_eq!(code(&office.comes(&provider, says(&email)).await), "not_invited");
    assert_eq!(office.house.directory.user_of(&email), None, "no account was opened for a stranger");

    office.house.directory.invites(&office.owner.tenant_id, &email);
    let ada = says(&email);
    let first = office.comes(&provider, ada.clone()).await.unwrap();
    assert_eq!(first.tenant_id, office.owner.tenant_id);
    office.house.exchanges(&first.access_token).await.unwrap();
    let again = office.comes(&provider, ada.clone()).await.unwrap();
    assert_eq!(again.user_id, first.user_id, "the subject counts from then on");
    let told = office.house.directory.noted(&first.user_id);
    assert!(matches!(&told[0], Change::IdentityLinked(told) if told.provider == provider.id));
    assert!(!told.iter().any(|change| matches!(change, Change::VerifyEmail(_))), "only a mail of ours verifies");

    office.house.directory.makes(&first.user_id, "", &office.owner.tenant_id);
    assert_eq!(code(&office.comes(&provider, ada).await), "not_invited", "who was removed stays out");
}

#[tokio::test]
async fn by_the_rule_everybody_comes_in_whom_it_vouches_for() {
    let office = office().await;
    let provider = office.names("viewer").await;
    let came = office.comes(&provider, says(&address())).await.unwrap();
    let shown = office.house.exchanges(&came.access_token).await.unwrap();
    assert_eq!(shown.tenant_id, office.owner.tenant_id);
    let unsure = Says { verified: false, ..says(&address()) };
    assert_eq!(code(&office.comes(&provider, unsure).await), "email_not_verified");
}

/// Who runs a provider may say any address.
#[tokio::test]
async fn it_leads_to_no_account_that_was_there_before() {
    let office = office().await;
    let provider = office.names("member").await;
    let email = address();
    let alice = office.house.signs_up(&email).await;
    assert_eq!(code(&office.comes(&provider, says(&email)).await), "has_account");

    let token = office.house.internal(&alice).await;
    let link = BeginLinkRequest {
        provider: provider.id.clone(),
        next: "/".into(),
        password: crate::household::PASSWORD.into(),
    };
    assert_eq!(code(&office.house.auth.begin_link(link, &token).await), "not_found");
}

#[tokio::test]
async fn its_secret_is_sealed_never_shown_and_goes_with_it() {
    let office = office().await;
    let provider = office.names("").await;
    assert!(provider.callback.ends_with(&format!("/api/v1/auth/callback/{}", provider.id)));
    let query = "select secret from auth.tenant_providers where provider_id = $1";
    let id: uuid::Uuid = provider.id.trim_start_matches("idp_").parse().unwrap();
    let kept = |id| sqlx::query_scalar(query).bind(id).fetch_optional(&office.house.pool);
    let sealed: Vec<u8> = kept(id).await.unwrap().unwrap();
    assert!(!sealed.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));

    let token = office.house.internal(&office.owner).await;
    let renamed = SetLoginRequest {
        id: provider.id.clone(),
        label: "Acme".into(),
        client_secret: String::new(),
        ..office.asks("member")
    };
    office.house.auth.set_login(renamed, &token).await.unwrap();
    let listed = office.house.auth.list_logins(Nothing {}, &token).await.unwrap().providers;
    assert_eq!((listed.len(), listed[0].label.as_str(), listed[0].joins.as_str()), (1, "Acme", "member"));
    office.comes(&provider, says(&address())).await.unwrap();

    let offered = async |tenant: &str| {
        let request = ListProvidersRequest { tenant_id: tenant.into() };
        office.house.auth.list_providers(request, "").await.unwrap().providers.len()
    };
    assert_eq!((offered(&office.owner.tenant_id).await, offered("").await, offered("ten_x").await), (1, 0, 0));

    let eve = office.house.signs_up(&address()).await;
    let eve = office.house.internal(&eve).await;
    let remove = || RemoveLoginRequest { id: provider.id.clone(), ..RemoveLoginRequest::default() };
    let change = SetLoginRequest { id: provider.id.clone(), ..office.asks("") };
    assert_eq!(code(&office.house.auth.remove_login(remove(), &eve).await), "not_found");
    assert_eq!(code(&office.house.auth.set_login(change, &eve).await), "not_found");
    office.house.auth.remove_login(remove(), &token).await.unwrap();
    assert_eq!(kept(id).await.unwrap(), None::<Vec<u8>>);
    assert_eq!(code(&office.comes(&provider, says(&address())).await), "not_found");
}

#[tokio::test]
async fn an_issuer_that_is_not_there_or_behind_our_walls_is_refused() {
    let office = office().await;
    let token = office.house.internal(&office.owner).await;
    let refused = async |house: &Household, token: &str, request: SetLoginRequest| {
        code(&house.auth.set_login(request, token).await).to_owned()
    };
    let nobody = SetLoginRequest { issuer: Some("http://127.0.0.1:9".into()), ..office.asks("") };
    assert_eq!(refused(&office.house, &token, nobody).await, "issuer_refused");
    let secretless = SetLoginRequest { client_secret: String::new(), ..office.asks("") };
    assert_eq!(refused(&office.house, &token, secretless).await, "secret_required");

    // As it is where nobody has allowed more: what is played here is on loopback, and so behind our walls.
    let strict = Household::with(Config { sealing_key: Some(KEY.into()), ..Config::default() }).await;
    let owner = strict.signs_up(&address()).await;
    let owner = strict.internal(&owner).await;
    for issuer in [
        office.player.url(),
        "https://localhost".into(),
        "https://169.254.169.254".into(),
        "https://[::ffff:127.0.0.1]".into(),
    ] {
        let request = SetLoginRequest { issuer: Some(issuer.clone()), ..office.asks("") };
        assert_eq!(refused(&strict, &owner, request).await, "issuer_refused", "{issuer}");
    }
}

/// Named while it was allowed, or on the internet once: where it is now is what counts.
#[tokio::test]
async fn a_provider_that_moved_behind_our_walls_is_asked_no_more() {
    let office = office().await;
    let provider = office.names("member").await;
    let strict = Household::beside(&office.house, Config { sealing_key: Some(KEY.into()), ..Config::default() }).await;
    let request = BeginLoginRequest { provider: provider.id.clone(), next: "/".into() };
    assert_eq!(code(&strict.auth.begin_login(request, "").await), "provider_away");
}

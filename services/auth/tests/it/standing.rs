//! What a token says that somebody may do, and how quickly it says something else.

use auth::{Config, FamilyId, News};
use domain::{Role, Scope, TenantId};
use rpc::auth::v1::{CreateApiKeyRequest, SignedIn, StandingChangedRequest, SwitchTenantRequest, VerifyEmailRequest};
use rpc::identity::Claims;

use crate::directory::Mood;
use crate::household::{Household, PASSWORD, address, code};

async fn claims(house: &Household, tokens: &SignedIn) -> Claims {
    let internal = house.exchanges(&tokens.access_token).await.unwrap().internal_token;
    house.verifier.verify(&internal).await.unwrap()
}

async fn internal(house: &Household, tokens: &SignedIn) -> String {
    house.exchanges(&tokens.access_token).await.unwrap().internal_token
}

async fn switches(
    house: &Household,
    tokens: &SignedIn,
    tenant: &str,
    leaving: &str,
) -> Result<SignedIn, tonic::Status> {
    let request = SwitchTenantRequest { tenant_id: tenant.into(), device: "a test".into(), leaving: leaving.into() };
    house.auth.switch_tenant(request, &internal(house, tokens).await).await
}

#[tokio::test]
async fn a_sign_in_is_for_the_tenant_that_came_with_the_account_first() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let claims = claims(&house, &tokens).await;
    assert_eq!(claims.standing.roles, [Role::Owner]);
    assert_eq!((claims.home(), claims.standing.home), (claims.tenant, None));
    assert!(!claims.standing.administrator && claims.standing.scopes.is_none());
}

#[tokio::test]
async fn somebody_works_in_another_tenant_if_they_belong_to_it() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let office = TenantId::generate().to_string();
    assert_eq!(code(&switches(&house, &tokens, &office, "").await), "not_found");
    assert_eq!(code(&switches(&house, &tokens, "garbage", "").await), "not_found");

    house.directory.makes(&tokens.user_id, "viewer", &office);
    let at_work = switches(&house, &tokens, &office, "").await.unwrap();
    let said = claims(&house, &at_work).await;
    assert_eq!((said.tenant.unwrap().to_string(), said.standing.roles.clone()), (office.clone(), vec![Role::Viewer]));
    assert_eq!(said.home().unwrap().to_string(), tokens.tenant_id);
    house.exchanges(&tokens.access_token).await.unwrap();
    // Refreshed, it is still for that tenant.
    let later = house.refreshes(&at_work.refresh_token).await.unwrap();
    assert_eq!(claims(&house, &later).await.tenant, said.tenant);

    let back = switches(&house, &later, &tokens.tenant_id, &later.access_token).await.unwrap();
    assert_eq!(claims(&house, &back).await.home(), said.home());
    assert_eq!(code(&house.exchanges(&later.access_token).await), "unauthenticated");
}

#[tokio::test]
async fn nobody_leaves_a_sign_in_that_is_not_theirs() {
    let house = Household::new().await;
    let (alice, mallory) = (house.signs_up(&address()).await, house.signs_up(&address()).await);
    switches(&house, &mallory, &mallory.tenant_id, &alice.access_token).await.unwrap();
    house.exchanges(&alice.access_token).await.unwrap();
}

#[tokio::test]
async fn another_role_is_asked_for_anew_and_a_sign_in_without_one_ends() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let office = TenantId::generate().to_string();
    house.directory.makes(&tokens.user_id, "viewer", &office);
    let at_work = switches(&house, &tokens, &office, "").await.unwrap();
    let family: FamilyId = house.exchanges(&at_work.access_token).await.unwrap().family_id.parse().unwrap();
    let mut feed = house.revocations.subscribe();
    let changed = || StandingChangedRequest {
        user_id: tokens.user_id.clone(),
        tenant_id: office.clone(),
        ..StandingChangedRequest::default()
    };
    let by = internal(&house, &tokens).await;

    house.directory.makes(&tokens.user_id, "admin", &office);
    house.auth.standing_changed(changed(), &by).await.unwrap();
    assert_eq!(feed.next().await, Some(Ok(News::Changed(family))));
    assert_eq!(claims(&house, &at_work).await.standing.roles, [Role::Admin]);

    house.directory.makes(&tokens.user_id, "", &office);
    assert_eq!(code(&house.exchanges(&at_work.access_token).await), "unauthenticated", "the log counts, not the news");
    house.auth.standing_changed(changed(), &by).await.unwrap();
    assert_eq!(feed.next().await, Some(Ok(News::Over(family))));
    assert_eq!(code(&house.refreshes(&at_work.refresh_token).await), "unauthenticated");
    house.exchanges(&tokens.access_token).await.unwrap();
}

#[tokio::test]
async fn only_an_administrator_signs_others_out() {
    let email = address();
    let house = Household::with(Config { administrators: vec![email.to_uppercase()], ..Config::default() }).await;
    let (root, alice) = (house.signs_up(&email).await, house.signs_up(&address()).await);
    assert!(!claims(&house, &root).await.standing.administrator, "anybody may have written that address down");
    let family: FamilyId = house.exchanges(&root.access_token).await.unwrap().family_id.parse().unwrap();
    let mut feed = house.revocations.subscribe();
    let token = house.link(&email, "Welcome").await;
    house.auth.verify_email(VerifyEmailRequest { token, origin: String::new() }, "").await.unwrap();
    assert_eq!(feed.next().await, Some(Ok(News::Changed(family))));
    assert!(claims(&house, &root).await.standing.administrator);
    let out = || StandingChangedRequest {
        user_id: alice.user_id.clone(),
        sign_out: true,
        ..StandingChangedRequest::default()
    };
    house.auth.standing_changed(out(), &internal(&house, &alice).await).await.unwrap();
    house.exchanges(&alice.access_token).await.unwrap();
    house.auth.standing_changed(out(), &internal(&house, &root).await).await.unwrap();
    assert_eq!(code(&house.exchanges(&alice.access_token).await), "unauthenticated");
    assert!(house.signs_in(&email, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_key_is_shown_once_and_worth_what_the_log_says() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let request = CreateApiKeyRequest { name: "CI".into(), scopes: vec!["read".into()], ..Default::default() };
    let made = house.auth.create_api_key(request.clone(), &internal(&house, &tokens).await).await.unwrap();
    assert!(made.api_key.starts_with("atl_k_"));
    let exchanged = house.exchanges(&made.api_key).await.unwrap();
    let claims = house.verifier.verify(&exchanged.internal_token).await.unwrap();
    assert_eq!(claims.standing.scopes, Some(vec![Scope::Read]));
    assert_eq!(claims.sub, tokens.user_id);
    let key = exchanged.internal_token;
    assert_eq!(code(&house.auth.create_api_key(request, &key).await), "person_required");
    let switch = SwitchTenantRequest { tenant_id: tokens.tenant_id.clone(), ..Default::default() };
    assert_eq!(code(&house.auth.switch_tenant(switch, &key).await), "person_required");
    assert_eq!(code(&house.refreshes(&made.api_key).await), "unauthenticated");
    let stored: i64 = sqlx::query_scalar("select count(*) from auth.api_keys k where k::text like $1")
        .bind(format!("%{}%", made.api_key))
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(stored, 0, "the key itself is stored");

    house.directory.revokes_key(&made.api_key_id);
    assert_eq!(code(&house.exchanges(&made.api_key).await), "unauthenticated");
}

#[tokio::test]
async fn while_the_write_side_is_away_what_it_said_last_stands_for_minutes() {
    let house = Household::new().await;
    let (alice, bob) = (house.signs_up(&address()).await, house.signs_up(&address()).await);
    let said = claims(&house, &alice).await.standing;
    house.directory.is(Mood::Down);
    assert_eq!(claims(&house, &alice).await.standing, said);
    assert_eq!(code(&house.exchanges(&bob.access_token).await), "unavailable", "nobody said what bob may do");
    let renewed = house.refreshes(&alice.refresh_token).await.unwrap();
    house.exchanges(&renewed.access_token).await.unwrap();
    house.revokes(&renewed.access_token).await;
    assert_eq!(code(&house.exchanges(&renewed.access_token).await), "unauthenticated", "a sign-in ends all the same");
}

#[tokio::test]
async fn a_no_of_the_write_side_is_not_gone_round() {
    let house = Household::new().await;
    let tokens = house.signs_up(&address()).await;
    let office = TenantId::generate().to_string();
    house.directory.makes(&tokens.user_id, "member", &office);
    let at_work = switches(&house, &tokens, &office, "").await.unwrap();
    house.exchanges(&at_work.access_token).await.unwrap();
    house.directory.makes(&tokens.user_id, "", &office);
    assert_eq!(code(&house.exchanges(&at_work.access_token).await), "unauthenticated");
    house.directory.is(Mood::Down);
    assert_eq!(code(&house.exchanges(&at_work.access_token).await), "unavailable", "the no was heard");
}

#[tokio::test]
async fn what_has_changed_is_not_remembered() {
    let house = Household::new().await;
    let alice = house.signs_up(&address()).await;
    let by = internal(&house, &alice).await;
    let changed = StandingChangedRequest { user_id: alice.user_id.clone(), ..StandingChangedRequest::default() };
    // It hears that something has changed, and then cannot ask what.
    house.directory.is(Mood::Down);
    house.exchanges(&alice.access_token).await.unwrap();
    assert_eq!(code(&house.auth.standing_changed(changed, &by).await), "unavailable");
    assert_eq!(code(&house.exchanges(&alice.access_token).await), "unavailable");
}

#[tokio::test]
async fn without_a_grace_nobody_gets_in_while_the_write_side_is_away() {
    let none = Config { standing_grace: std::time::Duration::ZERO, ..Config::default() };
    let house = Household::with(none).await;
    let alice = house.signs_up(&address()).await;
    house.exchanges(&alice.access_token).await.unwrap();
    house.directory.is(Mood::Down);
    assert_eq!(code(&house.exchanges(&alice.access_token).await), "unavailable");
}

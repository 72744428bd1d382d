use domain::user::{Command, Profile};
use domain::{TenantId, User, UserId};
use store::{Call, Error, Executed, Store};

use crate::{Alice, Database, config, race, version};

/// A new user with this address, in a tenant of the call's.
pub async fn registers(store: &Store, call: &Call, email: &str) -> Result<Executed<User>, Error> {
    let user_id = UserId::generate();
    let profile = Profile { email: email.to_owned(), name: "Somebody".to_owned() };
    let command = Command::Register { user_id, home_tenant_id: call.tenant, profile };
    store.execute(call, &user_id.to_string(), command, version).await
}

#[tokio::test]
async fn an_address_belongs_to_the_first_who_takes_it() {
    let database = Database::fresh().await;
    let store = database.store();
    let (alice, bob) = (Alice::new(), Alice::new());
    let registered = registers(&store, &alice.call(), "Alice@Example.org").await.unwrap();

    let refused = registers(&store, &bob.call(), " alice@example.ORG").await;

    assert!(matches!(refused, Err(Error::Claimed { ref kind }) if kind == "email"), "{refused:?}");
    let (tenant, id) = store.claimed("email", "alice@example.org").await.unwrap().unwrap();
    let User::Registered { user_id, .. } = registered.state else { panic!("not registered") };
    assert_eq!((tenant, id), (alice.tenant, user_id.to_string()));
}

#[tokio::test]
async fn a_refused_claim_takes_its_events_back() {
    let database = Database::fresh().await;
    let store = database.store();
    registers(&store, &Alice::new().call(), "a@b.c").await.unwrap();
    registers(&store, &Alice::new().call(), "a@b.c").await.unwrap_err();

    let users: i64 = sqlx::query_scalar("select count(*) from store.events").fetch_one(&database.pool).await.unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn a_free_address_has_nobody() {
    let store = Database::fresh().await.store();
    assert_eq!(store.claimed("email", "nobody@example.org").await.unwrap(), None);
    assert_eq!(store.claimed_in(TenantId::generate(), "slug", "x").await.unwrap(), None);
}

#[tokio::test]
async fn of_two_who_race_for_an_address_one_gets_it() {
    let database = Database::fresh().await;

    let [one, two] = race(&database, config(), [Alice::new(), Alice::new()].map(|who| registering(who.call()))).await;

    let lost = if one.is_ok() { two } else { one };
    assert!(matches!(lost, Err(Error::Claimed { .. })), "{lost:?}");
}

#[tokio::test]
async fn a_call_that_races_its_own_repeat_is_carried_out_once() {
    let database = Database::fresh().await;
    let call = Alice::new().repeatable("k", "register a@b.c");

    let [one, two] = race(&database, config(), [(); 2].map(|()| registering(call.clone()))).await;

    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one.replayed, two.replayed);
    assert_eq!(one.answer, two.answer);
}

fn registering(call: Call) -> impl FnOnce(Store) -> Outcome + Send + 'static {
    move |store| Box::pin(async move { registers(&store, &call, "a@b.c").await })
}

type Outcome = std::pin::Pin<Box<dyn Future<Output = Result<Executed<User>, Error>>>>;

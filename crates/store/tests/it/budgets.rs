use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use domain::{BudgetHolder, GenerationId, SessionId, TenantId, UserId};
use futures::future::join_all;
use store::{DailyLimits, Reservation, Store};

use crate::Database;

/// Two people of one organisation, who ask for answers of 100 tokens.
struct House {
    tenant: TenantId,
    ada: UserId,
    grace: UserId,
}

impl House {
    fn new() -> Self {
        Self { tenant: TenantId::generate(), ada: UserId::generate(), grace: UserId::generate() }
    }

    fn asks(&self, person: UserId) -> Reservation {
        let (generation, session) = (GenerationId::generate(), SessionId::generate());
        Reservation { generation, session, tenant: self.tenant, person, tokens: 100 }
    }

    async fn refuses(&self, store: &Store, person: UserId, limits: DailyLimits) -> Option<BudgetHolder> {
        store.reserve(&self.asks(person), limits).await.unwrap()
    }
}

const fn limits(tenant: i64, person: i64) -> DailyLimits {
    DailyLimits { tenant: Some(tenant), person: Some(person) }
}

#[tokio::test]
async fn of_many_who_ask_at_once_only_so_many_are_let_in_as_the_day_has_tokens_for() {
    let database = Database::fresh().await;
    let (one, another, house) = (database.store(), database.store(), House::new());
    let asked = join_all((0..60).map(|n| {
        let (store, person) =
            (if n % 2 == 0 { &one } else { &another }, if n % 3 == 0 { house.grace } else { house.ada });
        house.refuses(store, person, limits(1_050, 650))
    }))
    .await;
    let admitted = asked.iter().filter(|refused| refused.is_none()).count();
    assert_eq!(admitted, 10, "10 times 100 tokens fit into 1,050");
    let kept: (i64, i64) = sqlx::query_as("select used, reserved from store.budgets where holder = $1")
        .bind(house.tenant.to_string())
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(kept, (0, 1_000), "who was refused keeps nothing from others");
}

#[tokio::test]
async fn the_day_of_a_person_and_that_of_the_organisation_bound_each_other_s() {
    let database = Database::fresh().await;
    let (store, house) = (database.store(), House::new());
    let ask = |person| house.refuses(&store, person, limits(300, 200));
    assert_eq!((ask(house.ada).await, ask(house.ada).await), (None, None));
    assert_eq!(ask(house.ada).await, Some(BudgetHolder::Person));
    assert_eq!(ask(house.grace).await, None, "what ada was refused is free for others");
    assert_eq!(ask(house.grace).await, Some(BudgetHolder::Tenant));
    let elsewhere = House::new();
    assert_eq!(elsewhere.refuses(&store, house.ada, limits(300, 200)).await, None, "another organisation has its own");
}

#[tokio::test]
async fn no_bound_and_one_that_is_less_than_an_answer() {
    let database = Database::fresh().await;
    let (store, house) = (database.store(), House::new());
    assert_eq!(house.refuses(&store, house.ada, DailyLimits::default()).await, None);
    let fresh = House::new();
    assert_eq!(fresh.refuses(&store, fresh.ada, limits(99, 1_000)).await, Some(BudgetHolder::Tenant));
    assert_eq!(fresh.refuses(&store, fresh.ada, limits(1_000, 99)).await, Some(BudgetHolder::Person));
}

#[tokio::test]
async fn an_answer_is_settled_once_with_what_it_used() {
    let database = Database::fresh().await;
    let (store, house) = (database.store(), House::new());
    let (first, second) = (house.asks(house.ada), house.asks(house.ada));
    for asked in [&first, &second] {
        assert_eq!(store.reserve(asked, limits(250, 250)).await.unwrap(), None);
    }
    for _ in 0..2 {
        store.settle(first.generation, 30).await.unwrap();
    }
    assert_eq!(house.refuses(&store, house.ada, limits(230, 230)).await, None, "30 + 100 + 100");
    assert_eq!(house.refuses(&store, house.ada, limits(230, 230)).await, Some(BudgetHolder::Tenant));
    store.settle(second.generation, 0).await.unwrap();
    assert_eq!(house.refuses(&store, house.ada, limits(230, 230)).await, None, "an answer that used nothing");
}

#[tokio::test]
async fn the_next_day_has_new_tokens_and_what_is_settled_then_belongs_to_its_own() {
    let database = Database::fresh().await;
    let house = House::new();
    let now: DateTime<chrono::Utc> = "2026-05-01T23:59:59Z".parse().unwrap();
    let passed = Arc::new(AtomicI64::new(0));
    let seconds = passed.clone();
    let store = database.store().with_clock(Arc::new(move || now + TimeDelta::seconds(seconds.load(Ordering::SeqCst))));
    let late = house.asks(house.ada);
    assert_eq!(store.reserve(&late, limits(100, 100)).await.unwrap(), None);
    assert_eq!(house.refuses(&store, house.ada, limits(100, 100)).await, Some(BudgetHolder::Tenant));
    passed.store(1, Ordering::SeqCst);
    assert_eq!(house.refuses(&store, house.ada, limits(100, 100)).await, None);
    store.settle(late.generation, 90).await.unwrap();
    let used: Vec<i64> = sqlx::query_scalar("select used from store.budgets where holder = $1 order by day")
        .bind(house.ada.to_string())
        .fetch_all(&database.pool)
        .await
        .unwrap();
    assert_eq!(used, [90, 0]);

    store.forget_budgets(store.today()).await.unwrap();
    let days: i64 = sqlx::query_scalar("select count(*) from store.budgets").fetch_one(&database.pool).await.unwrap();
    assert_eq!(days, 2, "of the day before neither ada's nor the organisation's is left");
}

#[tokio::test]
async fn what_is_kept_free_is_listed_until_it_is_settled() {
    let database = Database::fresh().await;
    let (store, house) = (database.store(), House::new());
    let asked = house.asks(house.ada);
    store.reserve(&asked, limits(100, 100)).await.unwrap();
    let listed = store.unsettled(Duration::ZERO, 10).await.unwrap();
    assert_eq!(
        listed.iter().map(|it| (it.generation, it.session, it.tenant)).collect::<Vec<_>>(),
        [(asked.generation, asked.session, asked.tenant)]
    );
    assert!(store.unsettled(Duration::from_secs(60), 10).await.unwrap().is_empty(), "it is too young");
    store.settle(asked.generation, 1).await.unwrap();
    assert!(store.unsettled(Duration::ZERO, 10).await.unwrap().is_empty());
}

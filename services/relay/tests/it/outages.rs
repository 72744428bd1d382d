use devstack::{Options, Source, Stack};

use crate::{Alice, Office};

#[tokio::test]
async fn kafka_and_then_postgres_die_and_nothing_is_lost() {
    let options = Options { source: Source::Native, ..Options::test() };
    let stack = Stack::start(options, |_| {}).await.unwrap();
    let office = Office::on(&stack).await;
    let relay = office.start();
    let alice = Alice::with_a_session(&office.store).await;
    office.all_published().await;

    stack.kill_kafka().await.unwrap();
    alice.posts(&office.store).await;
    // A delivery is given up after three seconds; the relay begins again with a new producer.
    office.comes_to("select epoch from store.relay", 2).await;
    stack.restart_kafka().await.unwrap();
    office.all_published().await;

    stack.kill_postgres().await.unwrap();
    stack.restart_postgres().await.unwrap();
    renames_once_it_answers(&office, &alice).await;
    office.all_published().await;

    office.sessions_arrived().await;
    office.chain_is_unbroken().await;
    relay.stop().await;
    stack.stop().await;
}

/// The first connections after a crash of the database are still the old ones.
async fn renames_once_it_answers(office: &Office, alice: &Alice) {
    for _ in 0..50 {
        if office.store.load::<domain::Session>(alice.tenant, &alice.session.to_string()).await.is_ok() {
            break;
        }
    }
    alice.renames(&office.store, "after the crash").await;
}

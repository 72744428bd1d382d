use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chain::Root;
use events::root::RootPublished;
use relay::Config;

use crate::{Alice, Office, config};

fn signing(every_events: u32, every: Duration) -> Config {
    let mut config = config();
    config.audit.signing_key = Some(STANDARD.encode([3; 32]).into());
    (config.audit.root_every_events, config.audit.root_every) = (every_events.try_into().unwrap(), every);
    config
}

#[tokio::test]
async fn a_root_is_signed_after_enough_events_and_after_a_while() {
    let office = Office::open().await;
    let alice = Alice::with_a_session(&office.store).await;
    alice.posts(&office.store).await;
    let config = signing(4, Duration::from_secs(3600));
    let trusted = config.audit.trusted().unwrap();
    let relay = office.start_with(config);
    office.comes_to("select count(*) from store.roots", 1).await;
    alice.renames(&office.store, "one more").await;
    office.all_published().await;
    assert_eq!(office.count("select count(*) from store.roots").await, 1, "one event is not enough");
    relay.stop().await;

    let relay = office.start_with(signing(1_000, Duration::from_millis(50)));
    office.comes_to("select count(*) from store.roots", 2).await;
    relay.stop().await;

    let stored = Root::stored(&office.owner).await.unwrap();
    let sent: Vec<Root> =
        office.topic("audit-roots").await.iter().map(|r| RootPublished::decode(&r.payload).unwrap().into()).collect();
    assert_eq!(stored, sent);
    assert_eq!(stored.last().unwrap().position, 5);
    for root in &stored {
        assert_eq!(trusted.check(root), Ok(()));
        let query = "select chain_hash from store.log where position = $1";
        let hash: Vec<u8> = sqlx::query_scalar(query).bind(root.position).fetch_one(&office.owner).await.unwrap();
        assert_eq!(root.chain_hash, hash);
    }
}

#[tokio::test]
async fn a_key_that_is_none_stops_the_relay_with_the_fix() {
    let office = Office::open().await;
    let mut config = config();
    config.audit.signing_key = Some("not a key".into());
    let refused = office.start_with(config).handle.await.unwrap().unwrap_err();
    assert!(refused.to_string().contains("openssl rand -base64 32"), "{refused}");
}

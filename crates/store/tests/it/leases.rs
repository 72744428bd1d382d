use std::time::Duration;

use domain::WorkerId;

use crate::Database;

#[tokio::test]
async fn a_worker_is_alive_while_its_lease_runs() {
    let store = Database::fresh().await.store();
    let (worker, stranger) = (WorkerId::generate(), WorkerId::generate());

    store.renew_lease(worker, Duration::from_secs(60)).await.unwrap();
    assert!(store.lease_alive(worker).await.unwrap());
    assert!(!store.lease_alive(stranger).await.unwrap());

    store.renew_lease(worker, Duration::ZERO).await.unwrap();
    assert!(!store.lease_alive(worker).await.unwrap());

    store.renew_lease(worker, Duration::from_secs(60)).await.unwrap();
    store.end_lease(worker).await.unwrap();
    assert!(!store.lease_alive(worker).await.unwrap());
}

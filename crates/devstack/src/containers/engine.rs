//! The engine that runs containers.

use std::fs::{File, TryLockError};
use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use testcontainers::core::client::docker_client_instance;

/// The label with the path of the lock that the owner of a container holds.
pub(super) const LOCK: &str = "atelier.lock";

/// How long an engine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether there is an engine, at `DOCKER_HOST` or at its usual socket.
pub async fn engine_answers() -> bool {
    let Ok(docker) = docker_client_instance().await else { return false };
    tokio::time::timeout(PATIENCE, docker.ping()).await.is_ok_and(|pong| pong.is_ok())
}

/// Removes a container by force, with the volumes that have no name.
pub(super) async fn remove(docker: &Docker, container: &str) {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    if let Err(error) = docker.remove_container(container, Some(options)).await {
        tracing::debug!(container, %error, "not removed");
    }
}

/// Removes the containers of stacks that were killed before they could.
pub(crate) async fn sweep() {
    let Ok(docker) = docker_client_instance().await else { return };
    let options = ListContainersOptionsBuilder::new().all(true).build();
    for container in docker.list_containers(Some(options)).await.unwrap_or_default() {
        let lock = container.labels.as_ref().and_then(|labels| labels.get(LOCK));
        if let (Some(id), true) = (&container.id, lock.is_some_and(|lock| !is_held(lock))) {
            remove(&docker, id).await;
        }
    }
}

/// Whether somebody holds this lock. One that we may not even open belongs to somebody else.
fn is_held(lock: &str) -> bool {
    match File::open(lock) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

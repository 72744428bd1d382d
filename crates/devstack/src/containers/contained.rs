//! A server in a container of ours.

use std::collections::HashMap;

use testcontainers::bollard::models::PortBinding;
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::{ContainerPort, Mount};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};

use super::engine::{self, LOCK};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::options::{Keep, Patience};
use crate::ready::Address;

/// What to run, and where its port and its data are.
pub(super) struct Recipe {
    pub image: String,
    /// The port inside.
    pub inner: u16,
    /// The port on loopback.
    pub outer: u16,
    pub environment: Vec<(String, String)>,
    /// Empty means the image's own.
    pub command: Vec<String>,
    /// The folder inside that a kept stack keeps in a volume.
    pub data: &'static str,
}

pub(crate) struct Contained {
    container: ContainerAsync<GenericImage>,
    address: Address,
    patience: Patience,
    keep: Keep,
}

impl Contained {
    /// Starts it and waits until it answers. Pulls the image if the engine does not have it.
    pub(super) async fn start(home: &Home, recipe: Recipe, address: Address, patience: Patience) -> Result<Self> {
        let refused = |cause: String| Error::Container { name: address.name(), cause };
        let docker = docker_client_instance().await.map_err(|error| refused(error.to_string()))?;
        let name = home.mark(address.name());
        // One that an earlier owner could not remove.
        engine::remove(&docker, &name).await;

        let request = request(home, name, recipe).with_startup_timeout(patience.tool);
        let container = request.start().await.map_err(|error| refused(error.to_string()))?;
        address.answers(patience.ready).await?;
        Ok(Self { container, address, patience, keep: home.keep() })
    }

    pub(crate) async fn kill(&self) -> Result<()> {
        let docker = docker_client_instance().await.map_err(|error| self.refused(&error))?;
        docker.kill_container(self.container.id(), None).await.map_err(|error| self.refused(&error))
    }

    /// Ends it cleanly if it runs, and starts it with the same port and data.
    pub(crate) async fn restart(&self) -> Result<()> {
        if self.runs().await {
            self.ask_to_end().await?;
        }
        self.container.start().await.map_err(|error| self.refused(&error))?;
        self.address.answers(self.patience.ready).await
    }

    pub(crate) async fn stop(self) {
        let asked = if self.keep == Keep::Data { self.ask_to_end().await } else { Ok(()) };
        if let Err(error) = asked {
            tracing::warn!(%error, "not stopped cleanly");
        }
        let name = self.address.name();
        if let Err(error) = self.container.rm().await {
            tracing::warn!(name, %error, "its container is still there");
        }
    }

    /// Podman tells a short while after the end of a state that the library does not know.
    async fn runs(&self) -> bool {
        self.container.is_running().await.unwrap_or(false)
    }

    async fn ask_to_end(&self) -> Result<()> {
        let seconds = i32::try_from(self.patience.stop.as_secs()).unwrap_or(i32::MAX);
        self.container.stop_with_timeout(Some(seconds)).await.map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &impl ToString) -> Error {
        Error::Container { name: self.address.name(), cause: error.to_string() }
    }
}

fn request(home: &Home, name: String, recipe: Recipe) -> ContainerRequest<GenericImage> {
    let (image, tag) = split(&recipe.image);
    let port = ContainerPort::Tcp(recipe.inner);
    let outer = recipe.outer;
    let mut request = GenericImage::new(image, tag)
        .with_exposed_port(port)
        .with_cmd(recipe.command)
        .with_label(LOCK, home.lock_path().display().to_string())
        // The library's own mapping would listen on all interfaces.
        .with_host_config_modifier(move |host| {
            host.publish_all_ports = Some(false);
            host.port_bindings = Some(on_loopback(port, outer));
        });
    for (variable, value) in recipe.environment {
        request = request.with_env_var(variable, value);
    }
    if home.keep() == Keep::Data {
        request = request.with_mount(Mount::volume_mount(name.clone(), recipe.data));
    }
    request.with_container_name(name)
}

fn on_loopback(port: ContainerPort, outer: u16) -> HashMap<String, Option<Vec<PortBinding>>> {
    let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(outer.to_string()) };
    HashMap::from([(port.to_string(), Some(vec![binding]))])
}

/// A name and a tag. A colon before the last slash belongs to a registry's port.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_name_and_a_tag() {
        assert_eq!(split("pgvector/pgvector:pg16"), ("pgvector/pgvector", "pg16"));
        assert_eq!(split("localhost:5000/redis"), ("localhost:5000/redis", "latest"));
    }

    #[test]
    fn a_port_is_published_on_loopback_only() {
        let bindings = on_loopback(ContainerPort::Tcp(6379), 16379);

        let binding = &bindings["6379/tcp"].as_ref().unwrap()[0];
        assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
        assert_eq!(binding.host_port.as_deref(), Some("16379"));
    }
}

//! The settings, completed by what `atelier up` on this machine wrote down.

use std::path::Path;

use anyhow::Context;
use secrecy::SecretString;

use crate::config::{Config, figment};
use crate::secrets::Secrets;

/// As configured; Kafka, the database and the keys of a local installation where nothing else is said.
pub fn settings(file: &Path, state: &Path) -> anyhow::Result<Config> {
    let secrets = state.join("secrets.toml");
    let mut config = if secrets.is_file() {
        Config::load_with(file, &Secrets::load_or_create(&secrets)?)?
    } else {
        Config::load(file)?
    };
    let Some(environment) = environment(state)? else { return Ok(config) };
    let written = |name: &str| {
        let line = environment.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(str::to_owned)
    };
    if figment(file).find_value("kafka.bootstrap").is_err() {
        config.kafka.bootstrap = written("KAFKA_BOOTSTRAP").unwrap_or(config.kafka.bootstrap);
    }
    config.database.url = config.database.url.or_else(|| written("DATABASE_URL").map(SecretString::from));
    Ok(config)
}

fn environment(state: &Path) -> anyhow::Result<Option<String>> {
    let file = state.join("env");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

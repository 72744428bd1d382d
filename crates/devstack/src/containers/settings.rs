//! Kafka's settings as its image takes them: the same as the native ones, as environment variables.

use std::collections::BTreeMap;

const PROPERTIES: &str = include_str!("../../assets/server.properties.tmpl");

/// Where the image's user may write, and where the volume is.
pub(super) const KAFKA_DATA: &str = "/var/lib/kafka/data";

/// `log.dirs=…` becomes `KAFKA_LOG_DIRS`, and so on.
pub(super) fn kafka(port: u16, controller: u16) -> Vec<(String, String)> {
    let text = PROPERTIES
        .replace("@DATA_DIR@", KAFKA_DATA)
        .replace("@HOST@", "127.0.0.1")
        .replace("@PORT@", &port.to_string())
        .replace("@CPORT@", &controller.to_string());
    let properties = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let mut variables: BTreeMap<_, _> = properties.map(|(key, value)| (variable(key), value.to_owned())).collect();
    // Inside, loopback is not where published ports arrive.
    let listeners = format!("PLAINTEXT://0.0.0.0:{port},CONTROLLER://127.0.0.1:{controller}");
    variables.insert("KAFKA_LISTENERS".to_owned(), listeners);
    variables.insert("KAFKA_HEAP_OPTS".to_owned(), "-Xmx512m".to_owned());
    variables.into_iter().collect()
}

fn variable(key: &str) -> String {
    format!("KAFKA_{}", key.replace('.', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_gets_the_native_settings_with_listeners_of_its_own() {
        let variables: BTreeMap<_, _> = kafka(9092, 9093).into_iter().collect();

        assert_eq!(variables["KAFKA_LISTENERS"], "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093");
        assert_eq!(variables["KAFKA_ADVERTISED_LISTENERS"], "PLAINTEXT://127.0.0.1:9092");
        assert_eq!(variables["KAFKA_CONTROLLER_QUORUM_VOTERS"], "1@127.0.0.1:9093");
        assert_eq!(variables["KAFKA_AUTO_CREATE_TOPICS_ENABLE"], "false");
        assert_eq!(variables["KAFKA_LOG_DIRS"], KAFKA_DATA);
    }
}

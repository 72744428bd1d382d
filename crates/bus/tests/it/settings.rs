//! The config struct is the manual.

use std::time::Duration;

use bus::{Config, Error, Producer};

#[test]
fn no_line_is_a_complete_configuration_and_a_typo_is_an_error() {
    let config: Config = toml::from_str("").unwrap();
    assert_eq!((config.bootstrap.as_str(), config.prefix.as_str()), ("127.0.0.1:9092", "atelier."));

    let config: Config = toml::from_str("bootstrap = 'k:1'\n[consumer]\nsession_timeout = '20s'").unwrap();
    assert_eq!(config.consumer.session_timeout, Duration::from_secs(20));
    for typo in ["bootstap = 'k:1'", "[consumer]\nsesion_timeout = '20s'", "[producer]\nlinger = 5"] {
        assert!(toml::from_str::<Config>(typo).is_err(), "{typo}");
    }
}

#[test]
fn a_secret_is_neither_in_the_debug_text_nor_in_an_error() {
    let config: Config = toml::from_str("[properties]\n'sasl.password' = 'hunter2'\n'no.such' = 'hunter2'").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let Err(Error::Settings(text)) = Producer::new(&config) else { panic!("an unknown setting was taken") };
    assert!(text.contains("no.such") && !text.contains("hunter2"), "{text}");
}

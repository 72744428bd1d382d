//! Trying again, with an end.

use crate::{Config, Error};

/// The longest wait between two attempts.
const LONGEST: std::time::Duration = std::time::Duration::from_mins(5);

pub async fn with<F>(config: &Config, mut attempt: impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>>,
{
    let mut pause = config.pause;
    for number in 1..=config.attempts.get() {
        match attempt().await {
            Err(error @ (Error::Away(_) | Error::Outbox(_))) if number < config.attempts.get() => {
                tracing::warn!(%error, attempt = number, "a mail waits: {error}");
                tokio::time::sleep(pause).await;
                pause = (pause * 3).min(LONGEST);
            }
            done => return done,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;

    fn three() -> Config {
        Config { attempts: NonZeroU32::new(3).unwrap(), pause: Duration::from_millis(1), ..Config::default() }
    }

    #[tokio::test]
    async fn a_server_that_comes_back_gets_the_mail_and_one_that_does_not_is_given_up() {
        let tries = Cell::new(0);
        let attempt = |good: u32| {
            let tries = &tries;
            move || async move {
                tries.set(tries.get() + 1);
                if tries.get() >= good { Ok(()) } else { Err(Error::Away("down".to_owned())) }
            }
        };
        with(&three(), attempt(3)).await.unwrap();
        assert_eq!(tries.replace(0), 3);
        assert!(with(&three(), attempt(4)).await.is_err());
        assert_eq!(tries.get(), 3);
    }

    #[tokio::test]
    async fn a_clear_no_is_not_asked_twice() {
        let tries = Cell::new(0);
        let attempt = || {
            tries.set(tries.get() + 1);
            async { Err(Error::Refused("no such mailbox".to_owned())) }
        };
        assert!(with(&three(), attempt).await.is_err());
        assert_eq!(tries.get(), 1);
    }
}

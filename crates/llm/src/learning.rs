//! Which models there are: asked now and then, because a server may start later than we do, and serve others tomorrow.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::Provider;

/// The first pause after a failure; it doubles up to the usual one.
const SOON: Duration = Duration::from_secs(1);

/// Asks for ever.
pub async fn learn_models(provider: Arc<dyn Provider>, every: Duration) {
    let mut pause = SOON.min(every);
    loop {
        match provider.discover().await {
            Ok(_) => pause = every,
            Err(error) => {
                tracing::warn!(code = error.code(), ?pause, "the model server does not say which models it has");
                pause = (pause * 2).min(every);
            }
        }
        sleep(pause).await;
    }
}

//! Stop signals.

use tokio::signal::unix::{SignalKind, signal as unix_signal};

/// Completes at the first SIGINT or SIGTERM.
pub async fn signal() -> std::io::Result<()> {
    let mut interrupt = unix_signal(SignalKind::interrupt())?;
    let mut terminate = unix_signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

//! A worker says that it lives; as long as it does, nobody takes its answers.

use std::time::Duration;

use domain::WorkerId;
use rpc::command::v1::RenewLeaseRequest;
use rpc::{Command, ServiceToken};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tonic::Status;

pub struct Lease {
    pub command: Command,
    pub token: ServiceToken,
    pub worker: WorkerId,
    pub lease: Duration,
    pub heartbeat: Duration,
}

impl Lease {
    /// The first renewal; without it no claim would hold.
    pub async fn renew(&self) -> Result<(), Status> {
        let token = self.token.get().await?;
        let request = RenewLeaseRequest { worker_id: self.worker.to_string(), seconds: self.lease.as_secs() as u32 };
        self.command.renew_lease(request, &token).await.map(drop)
    }

    /// Renews until told to stop. A failure is no reason to stop: the store refuses what is not ours any more.
    pub async fn keep(&self, shutdown: &CancellationToken) {
        let mut beat = interval(self.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = beat.tick() => {}
            }
            if let Err(status) = self.renew().await {
                tracing::warn!(code = rpc::stable_code(&status), "the lease of {} was not renewed", self.worker);
            }
        }
    }
}

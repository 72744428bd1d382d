//! A worker is alive while it renews its lease.

use std::time::Duration;

use domain::WorkerId;
use rpc::command::v1::{RenewLeaseRequest, RenewLeaseResponse};
use rpc::identity::Claims;
use tonic::Status;

use crate::Commands;
use crate::error::{parse, status};

/// No worker holds its generations longer than this after it fell silent.
const LONGEST: u32 = 120;

pub async fn renew(
    commands: &Commands,
    claims: &Claims,
    request: RenewLeaseRequest,
) -> Result<RenewLeaseResponse, Status> {
    claims.require_service()?;
    let worker: WorkerId = parse(&request.worker_id)?;
    let lease = Duration::from_secs(request.seconds.min(LONGEST).into());
    commands.store.renew_lease(worker, lease).await.map_err(status)?;
    Ok(RenewLeaseResponse {})
}

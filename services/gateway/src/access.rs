//! One record per request on the topic `access-log`, for operators, billing and auditors.
//!
//! A request never waits for it: records queue up to a bound, and what Kafka does not take in time is counted
//! and dropped. Addresses are told by network, user agents by family, paths by template.

mod agent;
mod body;
mod publish;

use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use chrono::Utc;
use events::access::RequestServed;
use http::header::USER_AGENT;
use tokio::sync::mpsc;

use crate::access_log::{AskedBy, template, word};
use crate::address::ClientAddress;
use crate::request_id::RequestId;
use body::Counted;

pub use publish::{Publisher, channel};

/// Where records are left. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog(Option<mpsc::Sender<RequestServed>>);

impl AccessLog {
    fn leave(&self, record: RequestServed) {
        let Some(queue) = &self.0 else { return };
        if queue.try_send(record).is_err() {
            publish::dropped();
        }
    }
}

/// A request that is being answered; when the answer is over, or given up, its record is left.
pub struct Served {
    log: AccessLog,
    begun: Instant,
    record: Option<RequestServed>,
}

impl Served {
    /// `None`: there is no such log.
    pub fn begin(log: &AccessLog, request: &Request) -> Option<Self> {
        log.0.as_ref()?;
        let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        let record = RequestServed {
            at: Utc::now(),
            request_id: String::new(),
            method: word(request.method()).to_owned(),
            route: template(request).to_owned(),
            status: 0,
            first_byte_micros: 0,
            duration_micros: 0,
            bytes: 0,
            tenant_id: None,
            user_id: None,
            network: String::new(),
            agent: agent::family(agent).to_owned(),
        };
        Some(Self { log: log.clone(), begun: Instant::now(), record: Some(record) })
    }

    /// The answer as it leaves; its body is counted on its way.
    pub fn answered(mut self, id: &RequestId, address: ClientAddress, response: Response) -> Response {
        self.note(id, address, &response);
        response.map(|body| Body::new(Counted { body, served: self }))
    }

    fn note(&mut self, id: &RequestId, address: ClientAddress, response: &Response) {
        let micros = self.micros();
        let Some(record) = &mut self.record else { return };
        id.as_str().clone_into(&mut record.request_id);
        record.status = i32::from(response.status().as_u16());
        record.first_byte_micros = micros;
        if let Some(AskedBy { user, tenant }) = response.extensions().get::<AskedBy>() {
            (record.user_id, record.tenant_id) = (Some(*user), Some(*tenant));
        }
        record.network = address.network();
    }

    fn sent(&mut self, bytes: usize) {
        if let Some(record) = &mut self.record {
            record.bytes += bytes as i64;
        }
    }

    fn micros(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let micros = self.micros();
        if let Some(record) = self.record.take().filter(|record| record.status > 0) {
            self.log.leave(RequestServed { duration_micros: micros, ..record });
        }
    }
}

//! From the queue to Kafka.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bus::{Headers, Hears, Message, Producer};
use events::access::{REQUEST, RequestServed};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::AccessLog;
use crate::Config;

/// How long the last records may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// How long one record waits for room in Kafka's client; those behind it wait in the queue, up to its bound.
const ROOM: Duration = Duration::from_secs(1);

/// How long records gather before they are sent together, and how many at most: each waking costs more than a record.
const TOGETHER: Duration = Duration::from_millis(20);
const AT_ONCE: usize = 512;

/// Sends what is left in the log; does nothing where there is none.
pub struct Publisher(Option<Sending>);

struct Sending {
    queue: mpsc::Receiver<RequestServed>,
    producer: Producer,
    topic: String,
    hears: Hears,
}

/// Both ends. Brokers are sought in the background, so this works without any.
pub fn channel(config: &Config, kafka: Option<&bus::Config>) -> anyhow::Result<(AccessLog, Publisher)> {
    let Some(kafka) = kafka.filter(|_| config.access_log) else { return Ok((AccessLog(None), Publisher(None))) };
    let mut settings = kafka.clone();
    settings.producer.queue_records = config.access_log_buffer.get();
    settings.producer.room_timeout = ROOM;
    settings.producer.linger = Duration::from_millis(50); // nobody waits for it, and together they are smaller
    let producer = Producer::new(&settings).context("the access log has no Kafka producer")?;
    let (tell, queue) = mpsc::channel(config.access_log_buffer.get() as usize);
    let sending = Sending { queue, producer, topic: kafka.topics().access_log(), hears: Arc::new(count) };
    Ok((AccessLog(Some(tell)), Publisher(Some(sending))))
}

impl Publisher {
    /// Until the last request was served.
    pub async fn run(self, served: CancellationToken) {
        match self.0 {
            Some(sending) => sending.run(&served).await,
            None => served.cancelled().await,
        }
    }
}

impl Sending {
    async fn run(mut self, served: &CancellationToken) {
        let mut gathered = Vec::with_capacity(AT_ONCE);
        loop {
            tokio::select! {
                some = self.queue.recv_many(&mut gathered, AT_ONCE) => if some == 0 { break },
                () = served.cancelled() => break,
            }
            for record in gathered.drain(..) {
                self.send(record).await;
            }
            served.run_until_cancelled(tokio::time::sleep(TOGETHER)).await;
        }
        if !matches!(tokio::time::timeout(FAREWELL, self.finish()).await, Ok(Ok(()))) {
            tracing::warn!("Kafka did not take the last records of the access log");
        }
    }

    async fn finish(&mut self) -> Result<(), bus::Error> {
        while let Ok(record) = self.queue.try_recv() {
            self.send(record).await;
        }
        self.producer.flush(FAREWELL).await
    }

    async fn send(&self, record: RequestServed) {
        let payload = match record.encode() {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(%error, "a request does not fit its schema: {error}");
                return dropped();
            }
        };
        let key = record.tenant_id.map_or(record.request_id, |tenant| tenant.to_string());
        let headers = Headers::new().with(bus::headers::EVENT_TYPE, REQUEST);
        let message = Message { topic: self.topic.clone(), key, payload: payload.into(), headers };
        if self.producer.leave(message, &self.hears).await.is_err() {
            dropped();
        }
    }
}

fn count(outcome: &bus::Report) {
    match outcome {
        Ok(_) => metrics::counter!("atelier_access_log_records_total", "outcome" => "sent").increment(1),
        Err(_) => dropped(),
    }
}

pub fn dropped() {
    metrics::counter!("atelier_access_log_records_total", "outcome" => "dropped").increment(1);
}

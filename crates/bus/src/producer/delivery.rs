//! What became of a record that was sent.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use rdkafka::Message as _;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use tokio::sync::{Notify, futures::Notified, oneshot};

use super::Inner;
use crate::Error;
use crate::connection::Voice;

/// Where an acknowledged record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub partition: i32,
    pub offset: i64,
}

pub type Report = Result<Placed, Error>;

/// A record on its way. Dropping it does not stop the record.
pub struct Delivery {
    reported: oneshot::Receiver<Report>,
    producer: Weak<Inner>,
}

impl Delivery {
    pub(super) const fn new(reported: oneshot::Receiver<Report>, producer: Weak<Inner>) -> Self {
        Self { reported, producer }
    }

    /// A producer that fails for good throws out what it has; that is the reason to tell then.
    fn explain(&self, error: Error) -> Error {
        self.producer.upgrade().and_then(|producer| producer.fatal()).unwrap_or(error)
    }
}

impl Future for Delivery {
    type Output = Report;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Report> {
        // Without a report the producer is gone, and what it had with it.
        let report = ready!(Pin::new(&mut self.reported).poll(cx)).unwrap_or(Err(Error::Purged));
        Poll::Ready(report.map_err(|error| self.explain(error)))
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delivery")
    }
}

/// Hears what became of records that nobody waits for, on the thread of the reports.
pub type Hears = Arc<dyn Fn(&Report) + Send + Sync>;

/// Who is told.
pub enum Reader {
    Waiting(oneshot::Sender<Report>),
    Hearing(Hears),
}

/// Travels with a record through the library.
pub struct Receipt {
    pub bytes: usize,
    pub reader: Reader,
}

/// Takes the library's reports.
#[derive(Default)]
pub struct Receipts {
    voice: Voice,
    room: Notify,
}

impl Receipts {
    /// Ends when a record has left the queue after this call.
    pub fn room(&self) -> Notified<'_> {
        self.room.notified()
    }
}

impl ClientContext for Receipts {
    fn log(&self, level: RDKafkaLogLevel, kind: &str, text: &str) {
        self.voice.say(level, kind, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.voice.error(error, reason);
    }
}

impl ProducerContext for Receipts {
    type DeliveryOpaque = Box<Receipt>;

    fn delivery(&self, result: &DeliveryResult<'_>, receipt: Box<Receipt>) {
        let report = match result {
            Ok(message) => Ok(Placed { partition: message.partition(), offset: message.offset() }),
            Err((cause, message)) => Err(Error::sending(message.topic(), receipt.bytes, cause.clone())),
        };
        match receipt.reader {
            Reader::Waiting(waiting) => drop(waiting.send(report)), // or waits no more
            Reader::Hearing(hears) => hears(&report),
        }
        self.room.notify_waiters();
    }
}

//! Fetches the delivery reports of one producer, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::Error;

/// How long one turn waits. The library's own thread waits for 100 ms, and the last millisecond of each wait
/// is spent asking without a pause: a hundredth of a core for every idle producer.
const TURN: Duration = Duration::from_secs(2);

/// Ends the thread when dropped: at the end of its turn, with nobody waiting for it.
pub struct Reports {
    ended: Arc<AtomicBool>,
}

impl Reports {
    pub fn of<C: ProducerContext + 'static>(producer: Arc<BaseProducer<C>>) -> Result<Self, Error> {
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        std::thread::Builder::new()
            .name("kafka-reports".to_owned())
            .spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    producer.poll(TURN);
                }
            })
            .map_err(|error| Error::Fatal(format!("no thread for delivery reports: {error}")))?;
        Ok(Self { ended })
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

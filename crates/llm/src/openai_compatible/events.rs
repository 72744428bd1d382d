//! The event stream of one answer, with a limit on every wait.

use std::{pin::Pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use reqwest_eventsource::{Event, EventSource, retry};
use reqwest012::RequestBuilder;
use tokio::time::{Instant, timeout_at};

use super::{answer::Answer, failure};
use crate::{Chunk, Error};

/// How long we wait for the end of the body after `[DONE]`, so that the connection can serve the next question.
const GOODBYE: Duration = Duration::from_millis(50);

/// One answer on its way. Dropping it closes the connection, and the server stops the model.
pub struct Events {
    source: Pin<Box<EventSource>>,
    answer: Answer,
    over: bool,
}

impl Events {
    /// Sends the request. Nothing is ever sent twice: an answer is paid for each time.
    pub fn open(request: RequestBuilder) -> Result<Self, Error> {
        let mut source = EventSource::new(request).map_err(|_| Error::Malformed("a request that cannot be sent"))?;
        source.set_retry_policy(Box::new(retry::Never));
        Ok(Self { source: Box::pin(source), answer: Answer::default(), over: false })
    }

    /// The next chunk; none after the last one. `patience` is for a chunk, not for a sign of life.
    pub async fn next(&mut self, patience: Duration) -> Option<Result<Chunk, Error>> {
        if self.over {
            self.hang_up().await;
            return None;
        }
        let heard = match timeout_at(Instant::now() + patience, self.hear()).await {
            Ok(heard) => heard,
            // It has said why it stopped and only forgot to hang up.
            Err(_) if self.answer.has_finished() => self.end(),
            Err(_) => Err(Error::Silent { after: patience }),
        };
        self.over |= heard.is_err();
        Some(heard)
    }

    async fn hear(&mut self) -> Result<Chunk, Error> {
        loop {
            if let Some(chunk) = self.answer.next() {
                return Ok(chunk);
            }
            match self.source.next().await {
                Some(Ok(Event::Open)) => {}
                Some(Ok(Event::Message(message))) if message.data == "[DONE]" => return self.end(),
                Some(Ok(Event::Message(message))) => self.answer.take(&message.event, &message.data)?,
                Some(Err(reqwest_eventsource::Error::StreamEnded)) | None => return self.end(),
                Some(Err(error)) => return Err(failure::source(error).await),
            }
        }
    }

    fn end(&mut self) -> Result<Chunk, Error> {
        self.over = true;
        self.answer.end()
    }

    /// After the last chunk has been given out: what follows `[DONE]` is only the end of the body.
    async fn hang_up(&mut self) {
        let _ = timeout_at(Instant::now() + GOODBYE, self.source.next()).await;
        self.source.close();
    }

    /// Everything that follows, with `silence` as the limit between two chunks.
    pub fn chunks(self, silence: Duration) -> impl Stream<Item = Result<Chunk, Error>> + Send {
        stream::unfold(self, move |mut events| async move {
            let chunk = events.next(silence).await?;
            Some((chunk, events))
        })
    }
}

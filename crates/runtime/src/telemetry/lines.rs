//! Which events become lines of the log.

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

/// Writes only what its filter lets through.
///
/// Not `Layer::with_filter`: that one remembers its answer per thread, and who only asks whether something would be
/// logged (as Kafka's client does with each new client) leaves an answer behind that swallows the next line.
pub struct Lines<L> {
    pub filter: EnvFilter,
    pub lines: L,
}

impl<S, L> Layer<S> for Lines<L>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    L: Layer<S>,
{
    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter.max_level_hint()
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        self.lines.on_new_span(attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.lines.on_record(id, values, context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if self.filter.enabled(event.metadata(), context.clone()) {
            self.lines.on_event(event, context);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tracing::callsite::Callsite;
    use tracing::dispatcher::{Dispatch, with_default};
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(filter: &str, work: impl FnOnce(&Dispatch)) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        let lines = Lines { filter: filter.parse().unwrap(), lines };
        let dispatch = Dispatch::new(Registry::default().with(lines));
        with_default(&dispatch, || work(&dispatch));
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_question_whether_something_would_be_logged_swallows_nothing() {
        let text = written("info,kafka_client=warn", |dispatch| {
            let asked = tracing::callsite!(name: "asked", kind: tracing::metadata::Kind::EVENT, target: "kafka_client",
                                           level: tracing::Level::INFO, fields: message);
            dispatch.enabled(asked.metadata());
            tracing::info!("the next line");
        });
        assert!(text.contains("the next line"), "{text}");
    }

    #[test]
    fn a_line_needs_its_own_module_s_level() {
        let text = written("info,chatty=warn", |_| {
            tracing::info!(target: "chatty", "small talk");
            tracing::warn!(target: "chatty", "a warning");
            tracing::debug!("a detail");
        });
        assert!(text.contains("a warning") && !text.contains("small talk") && !text.contains("a detail"), "{text}");
    }
}

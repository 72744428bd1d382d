//! Steps of a trace (W3C), for the collector of `[telemetry] otlp`. Without a collector a step costs nothing.
//!
//! What a step belongs to travels as text, the `traceparent`: in headers of HTTP and Kafka, in commands, and in the
//! metadata of events. No step carries a text of anybody.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span as _, SpanBuilder, Status, Tracer as _};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, Span};

pub use opentelemetry::trace::SpanKind as Kind;

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// From now on steps are told to somebody.
pub(crate) fn tell(tracer: SdkTracer) {
    // Telemetry is started once; a second time changes nothing.
    let _ = TRACER.set(tracer);
}

/// Something that somebody does, until it is dropped. Small, because every open connection has room for one.
#[derive(Default)]
pub struct Step(Option<Box<Span>>);

impl Step {
    /// Begins as a part of `within`; where that is none, as a trace of its own.
    pub fn begin(kind: Kind, name: impl Display, within: Option<&str>) -> Self {
        Self(TRACER.get().map(|tracer| {
            let headers = within.map(|parent| ("traceparent".to_owned(), parent.to_owned()));
            let parent = TraceContextPropagator::new().extract(&HashMap::<_, _>::from_iter(headers));
            Box::new(tracer.build_with_context(SpanBuilder::from_name(name.to_string()).with_kind(kind), &parent))
        }))
    }

    pub fn note(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Something happened just now.
    pub fn event(&mut self, name: &'static str) {
        if let Some(span) = &mut self.0 {
            span.add_event(name, Vec::new());
        }
    }

    /// It did not succeed. `why` is ours, never somebody's text.
    pub fn failed(&mut self, why: &'static str) {
        if let Some(span) = &mut self.0 {
            span.set_status(Status::error(why));
        }
    }

    /// What its consequences are a part of; `None` where nobody is told.
    pub fn traceparent(&self) -> Option<String> {
        let context = self.0.as_ref()?.span_context();
        Some(format!("00-{}-{}-{:02x}", context.trace_id(), context.span_id(), context.trace_flags().to_u8()))
    }
}

//! Logs for people or machines, traces to an OTLP collector when one is configured, metrics for Prometheus.

mod lines;

use std::io::{BufWriter, IsTerminal};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::{Deserialize, Serialize};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use lines::Lines;

use crate::trace;

/// What this process says about itself, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which log lines appear, as `level` or `module=level,…`. Prompts and tokens appear at no level.
    pub filter: String,
    /// One JSON object per line, for log collectors; otherwise lines for people.
    pub json: bool,
    /// An OTLP/gRPC collector for traces, for example `http://localhost:4317`. Leave it out for none.
    ///
    /// A request's trace, the caller's own where it sends a `traceparent`, goes on through the event store and Kafka
    /// to the worker and its model. Each process names itself by `OTEL_RESOURCE_ATTRIBUTES`, where that is set.
    pub otlp: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        let filter = "info,sqlx=warn,rdkafka=warn,librdkafka=warn,cqrs_es=warn".to_owned();
        Self { filter, json: false, otlp: None }
    }
}

/// How often what histograms have taken in is summed up; until then each value is kept, whether anybody asks or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// Ends what telemetry holds; keep it until the process ends.
pub struct Guard {
    pub metrics: PrometheusHandle,
    traces: Option<SdkTracerProvider>,
    /// Writes what is left of the log when it is dropped.
    _lines: WorkerGuard,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(traces) = self.traces.take()
            && let Err(error) = traces.shutdown()
        {
            eprintln!("the last traces were not exported: {error}");
        }
    }
}

/// Starts logs, traces and metrics for the whole process. Call it once.
pub fn start(config: &Config) -> anyhow::Result<Guard> {
    let metrics = PrometheusBuilder::new().install_recorder().context("cannot start metrics")?;
    keep_up(metrics.clone())?;
    let traces = config.otlp.as_deref().map(exporter).transpose()?;
    let filter = EnvFilter::try_new(&config.filter).context("[telemetry] filter is not a log filter")?;
    // A thread of its own writes: a disk that is busy must not hold up requests. When it cannot keep up at all they
    // wait after all, and no line is lost.
    let (writer, writing) = NonBlockingBuilder::default().lossy(false).finish(BufWriter::new(std::io::stderr()));
    let lines = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(writer);
    let lines: Box<dyn Layer<Registry> + Send + Sync> =
        if config.json { lines.json().flatten_event(true).boxed() } else { lines.with_target(false).boxed() };
    if let Some(provider) = &traces {
        trace::tell(provider.tracer("atelier"));
    }
    Registry::default().with(Lines { filter, lines }).try_init().context("logs were started twice")?;
    Ok(Guard { metrics, traces, _lines: writing })
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own sleeps, and no worker")]
fn keep_up(metrics: PrometheusHandle) -> anyhow::Result<()> {
    let turns = move || {
        loop {
            thread::sleep(UPKEEP);
            metrics.run_upkeep();
        }
    };
    thread::Builder::new().name("metrics".to_owned()).spawn(turns).map(drop).context("cannot start metrics")
}

fn exporter(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .with_context(|| format!("cannot export traces to {endpoint}"))?;
    let resource = Resource::builder().with_service_name("atelier").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

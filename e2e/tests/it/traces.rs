//! One trace from a caller's own step through HTTP, the event store and Kafka to the model, at an OTLP collector.

use std::sync::{Arc, Mutex};

use devstack::Options;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use reqwest::Method;
use serde_json::json;
use testkit::{Answer, Script, System, eventually};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::{RUNTIME, with_logs};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const PROMPT: &str = "a traced pricing page";

/// What was told to the collector.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        self.0.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Where it listens, and what keeps it there.
    async fn listen(&self) -> (String, AbortOnDropHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder().add_service(TraceServiceServer::new(self.clone()));
        let serving = async move { server.serve_with_incoming(TcpIncoming::from(listener)).await.unwrap() };
        #[expect(clippy::disallowed_methods, reason = "it ends with its handle")]
        (url, AbortOnDropHandle::new(tokio::spawn(serving)))
    }

    /// The caller's trace so far.
    fn trace(&self) -> Vec<Span> {
        let of_ours = |span: &Span| span.trace_id == bytes(TRACE);
        self.0.lock().unwrap().iter().filter(|span| of_ours(span)).cloned().collect()
    }

    /// The steps from this one up to the caller's, by name, once all of them were told.
    fn path_from(&self, name: &str) -> Option<Vec<String>> {
        let (trace, mut path) = (self.trace(), Vec::new());
        let mut step = trace.iter().find(|span| span.name == name)?;
        loop {
            path.push(step.name.clone());
            if step.parent_span_id == bytes(CALLER) {
                return Some(path);
            }
            step = trace.iter().find(|span| span.span_id == step.parent_span_id)?;
        }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn a_caller_s_trace_goes_on_through_kafka_to_the_model_and_carries_no_text() {
    RUNTIME.block_on(async {
        let collector = Collector::default();
        let (url, _listening) = collector.listen().await;
        let told = [("ATELIER_TELEMETRY_OTLP", url), ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned())];
        let system = System::start_with(Options::test(), &told).await.expect("the system starts");
        with_logs(&system.log_files(), is_traced(&system, &collector)).await;
    });
}

async fn is_traced(system: &System, collector: &Collector) {
    system.model.when_asked(PROMPT, Script::says(["a traced answer"]));
    let alice = system.sign_up("alice").await;
    let session = alice.opens_a_session().await;
    let mut page = alice.watches(&session).await;
    let request = alice.request(Method::POST, &format!("sessions/{session}/messages"));
    let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    let posted = Answer::of(request.json(&json!({ "content": PROMPT })).send().await.unwrap()).await.expect(202);
    page.sees_the_end(&posted.text("generation_id")).await;

    let path = eventually("the whole way was told", || async { collector.path_from("ask openai_compatible") }).await;
    let way = ["ask openai_compatible", "answer", "append session", "POST /api/v1/sessions/{id}/messages"];
    assert_eq!(path, way);
    let told = format!("{:?}", collector.trace());
    assert!(told.contains(&session) && !told.contains("traced"), "ids and no texts: {told}");
}

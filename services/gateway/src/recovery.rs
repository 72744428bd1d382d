//! A panic costs its own request and nothing more.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

pub type Recovery = CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response>;

pub fn layer() -> Recovery {
    CatchPanicLayer::custom(answer as fn(Box<dyn Any + Send>) -> Response)
}

/// What was said at the panic is in the log already, by the panic hook.
fn answer(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    Problem::of(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::request_id::RequestId;

    async fn ask(router: &Router, path: &str) -> Response {
        router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_a_500_without_a_word_of_what_happened_and_the_next_request_is_answered() {
        #[expect(clippy::panic, reason = "what is tried here")]
        async fn breaks() -> &'static str {
            panic!("a secret of the process")
        }
        let router =
            Router::new().route("/breaks", get(breaks)).route("/works", get(|| async { "fine" })).layer(layer());

        let answer = ask(&router, "/breaks").await;
        assert_eq!(answer.status(), 500);
        let problem = answer.extensions().get::<Problem>().cloned().expect("the door puts it into words");
        let answer = problem.write_into(answer, &RequestId::from_static("req_1"));
        let said = axum::body::to_bytes(answer.into_body(), 4096).await.unwrap();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("urn:atelier:problem:internal") && !said.contains("secret"), "{said}");
        assert_eq!(ask(&router, "/works").await.status(), 200);
    }
}

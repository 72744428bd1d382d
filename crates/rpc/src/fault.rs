//! Errors between services: a gRPC status, and a stable code that clients may branch on.

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

/// The metadata key that carries the stable code.
pub const CODE: &str = "atelier-code";

/// An error with a stable code. `detail` reaches the caller, so it names no internals.
pub fn fault(code: Code, stable: &'static str, detail: impl Into<String>) -> Status {
    let mut status = Status::new(code, detail);
    status.metadata_mut().insert(CODE, MetadataValue::from_static(stable));
    status
}

/// The stable code of an error, or `internal` if it carries none.
pub fn stable_code(status: &Status) -> &str {
    let carried = status.metadata().get(CODE).and_then(|value| value.to_str().ok());
    carried.unwrap_or(match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => "unavailable",
        Code::Unauthenticated => "unauthenticated",
        _ => "internal",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_travels_with_its_status() {
        assert_eq!(stable_code(&fault(Code::Aborted, "version_conflict", "moved on")), "version_conflict");
        assert_eq!(stable_code(&Status::unavailable("")), "unavailable");
        assert_eq!(stable_code(&Status::unknown("")), "internal");
    }
}

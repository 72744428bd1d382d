//! Why an answer failed: a code that programs read, and what people read instead.
//!
//! The codes that begin with `model_` come from talking to the model's server.

/// It took longer than an attempt may, or nobody took it up in time.
pub const DEADLINE_EXCEEDED: &str = "deadline_exceeded";
/// Too many workers were lost with it.
pub const WORKER_LOST: &str = "worker_lost";
/// The model's server ended the answer without an end.
pub const MODEL_BROKEN: &str = "model_broken";

/// What a person reads; a code that is not known here is one of a later version.
pub fn told(code: &str) -> &'static str {
    match code {
        DEADLINE_EXCEEDED => "The answer took too long and was given up. Try again.",
        WORKER_LOST => "The answer was begun several times and never finished. Try again, perhaps in other words.",
        MODEL_BROKEN => "The model broke off in the middle. Try again.",
        "model_rate_limited" => "The model is busy. Try again in a moment.",
        "model_unavailable" => "The model's server has a problem of its own. Try again in a moment.",
        "model_unreachable" => "The model's server cannot be reached. Try again in a moment.",
        "model_refused" => "The model's server refused this: the prompt may be too long for it, or its key is wrong.",
        "model_malformed" => "The model's server said something that could not be understood.",
        "model_error" => "The model's server reported an error in the middle of the answer.",
        "model_silent" => "The model fell silent in the middle of the answer. Try again.",
        _ => "The answer could not be completed.",
    }
}

//! What an answer consumed and what that is worth.

use serde::{Deserialize, Serialize};

/// Tokens of one attempt, as the model server counted them (or counted from chunks when it could not).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    /// The part of `completion_tokens` spent on reasoning, where the server says so.
    pub reasoning_tokens: Option<i64>,
    pub total_tokens: i64,
}

/// Money, exact: a decimal string, never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// For example `0.0123`.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// The version of the price list the amount was computed with.
    pub price_list: String,
}

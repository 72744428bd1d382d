//! The table that exports are: which columns there are, and what an event puts into them.

use serde_json::Value;

use crate::Entry;
use crate::choice::person;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Int,
    Long,
    /// Microseconds since 1970, UTC.
    Time,
    /// Exact money: 28 digits, 12 of them after the point.
    Decimal,
}

/// One column.
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether an event may have nothing there.
    pub nullable: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Nothing,
    Text(String),
    /// Also for [`Kind::Int`] and [`Kind::Time`].
    Number(i64),
}

const fn always(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: false }
}

const fn perhaps(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: true }
}

/// Envelope, then who and what, then usage and cost, then everything as JSON. New columns come at the end.
pub const COLUMNS: [Column; 32] = [
    always("position", Kind::Long),
    always("event_type", Kind::Text),
    always("version", Kind::Int),
    always("schema_id", Kind::Int),
    always("event_id", Kind::Text),
    always("tenant_id", Kind::Text),
    always("aggregate_type", Kind::Text),
    always("aggregate_id", Kind::Text),
    always("sequence", Kind::Long),
    always("occurred_at", Kind::Time),
    always("actor", Kind::Text),
    always("correlation_id", Kind::Text),
    perhaps("causation_id", Kind::Text),
    perhaps("user_id", Kind::Text),
    perhaps("project_id", Kind::Text),
    perhaps("session_id", Kind::Text),
    perhaps("generation_id", Kind::Text),
    perhaps("attempt", Kind::Int),
    perhaps("model", Kind::Text),
    perhaps("provider", Kind::Text),
    perhaps("finish_reason", Kind::Text),
    perhaps("prompt_tokens", Kind::Long),
    perhaps("completion_tokens", Kind::Long),
    perhaps("reasoning_tokens", Kind::Long),
    perhaps("total_tokens", Kind::Long),
    perhaps("cost_amount", Kind::Decimal),
    perhaps("cost_currency", Kind::Text),
    perhaps("price_list", Kind::Text),
    always("topic", Kind::Text),
    always("partition", Kind::Int),
    always("offset", Kind::Long),
    always("data", Kind::Text),
];

/// The cells of one event, one for each of [`COLUMNS`].
pub fn row(entry: &Entry) -> Vec<Cell> {
    let line = entry.to_json();
    let payload = &entry.record.payload;
    let outcome = payload.get("outcome");
    let usage = payload.get("usage").or_else(|| outcome?.get("usage"));
    let cost = outcome.and_then(|outcome| outcome.get("cost"));
    let cell = |column: &Column| match column.name {
        "occurred_at" => Cell::Number(entry.record.envelope.occurred_at.timestamp_micros()),
        "user_id" => person(payload).map_or(Cell::Nothing, |person| Cell::Text(person.to_owned())),
        "model" | "provider" => at(payload, column.name).or(at_some(outcome, column.name)),
        "finish_reason" => at_some(outcome, column.name),
        name if name.ends_with("_tokens") => at_some(usage, name),
        "cost_amount" => at_some(cost, "amount"),
        "cost_currency" => at_some(cost, "currency"),
        "price_list" => at_some(cost, "price_list"),
        "data" => Cell::Text(line.get("data").map(Value::to_string).unwrap_or_default()),
        name => at(&line, name).or(at(payload, name)),
    };
    COLUMNS.iter().map(cell).collect()
}

impl Cell {
    fn or(self, other: Self) -> Self {
        if self == Self::Nothing { other } else { self }
    }
}

fn at_some(value: Option<&Value>, name: &str) -> Cell {
    value.map_or(Cell::Nothing, |value| at(value, name))
}

fn at(value: &Value, name: &str) -> Cell {
    match value.get(name) {
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(Value::Number(number)) => number.as_i64().map_or(Cell::Nothing, Cell::Number),
        _ => Cell::Nothing,
    }
}

/// A decimal text as a whole number of 10⁻¹²; `None` if it is none, or does not fit 28 digits.
pub fn scaled(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 16 && fraction.len() <= 12 && numeric(whole) && numeric(fraction);
    let number: i128 = if fits { format!("{whole}{fraction:0<12}").parse().ok()? } else { return None };
    Some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_or_refused() {
        assert_eq!(scaled("0.0123"), Some(12_300_000_000));
        assert_eq!(scaled("-1"), Some(-1_000_000_000_000));
        assert_eq!(scaled("9999999999999999.999999999999"), Some(9_999_999_999_999_999_999_999_999_999));
        for text in ["", ".5", "1e3", "1.0000000000001", "12345678901234567", "1,5", "--1", "one"] {
            assert_eq!(scaled(text), None, "{text}");
        }
    }

    #[test]
    fn columns_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
    }
}

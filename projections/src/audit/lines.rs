//! Changes as lines of a file.

use serde_json::Value;

use super::Entry;

/// The first line of a CSV file.
pub const CSV_HEAD: &str =
    "position,at,user,what,type,aggregate_type,aggregate,version,origin,request_id,old,new,erased,id\r\n";

impl Entry {
    /// A line of CSV (RFC 4180). What a spreadsheet would take for a formula is marked as text.
    pub fn csv(&self) -> String {
        let old = self.old.as_ref().map(Value::to_string).unwrap_or_default();
        let fields = [
            self.position.to_string(),
            self.at.to_rfc3339(),
            self.actor.clone(),
            self.what(),
            self.event_type.clone(),
            self.aggregate_type.clone(),
            self.aggregate_id.clone(),
            self.version.to_string(),
            self.origin.clone().unwrap_or_default(),
            self.correlation_id.clone(),
            old,
            self.new.to_string(),
            self.erased.to_string(),
            self.id.clone(),
        ];
        fields.map(|field| quoted(&field)).join(",") + "\r\n"
    }

    /// A line of JSON.
    pub fn jsonl(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n" // texts, numbers and JSON always serialise
    }
}

fn quoted(field: &str) -> String {
    let marked =
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    if marked.contains([',', '"', '\n', '\r']) { format!("\"{}\"", marked.replace('"', "\"\"")) } else { marked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_one_field_and_is_no_formula() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("{\"a\": 1, \"b\": 2}"), "\"{\"\"a\"\": 1, \"\"b\"\": 2}\"");
        assert_eq!(quoted("=cmd()"), "'=cmd()");
        assert_eq!(quoted("two\nlines"), "\"two\nlines\"");
    }
}

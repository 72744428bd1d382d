//! The manual of all settings, read from the config structs themselves.

use std::path::Path;

use figment::value::{Dict, Value};

use crate::config::figment;

/// Each section with the source of its struct: the struct is the manual.
const MANUAL: &[(&str, &str, &str)] = &[
    ("database", "Database", include_str!("config.rs")),
    ("kafka", "Config", include_str!("../../../crates/bus/src/config.rs")),
    ("redis", "Redis", include_str!("config.rs")),
    ("identity", "Identity", include_str!("config.rs")),
    ("keys", "Config", include_str!("../../../crates/keys/src/config.rs")),
    ("store", "Config", include_str!("../../../crates/store/src/config.rs")),
    ("gateway", "Config", include_str!("../../gateway/src/config.rs")),
    ("limits", "Limits", include_str!("../../gateway/src/config.rs")),
    ("auth", "Config", include_str!("../../auth/src/config.rs")),
    ("mail", "Config", include_str!("../../../crates/mail/src/config.rs")),
    ("rpc", "Rpc", include_str!("config.rs")),
    ("budgets", "Config", include_str!("../../command/src/budgets/config.rs")),
    ("answers", "Config", include_str!("../../command/src/closer.rs")),
    ("tls", "Config", include_str!("../../../crates/tls/src/config.rs")),
    ("relay", "Config", include_str!("../../relay/src/config.rs")),
    ("audit", "Config", include_str!("../../../crates/chain/src/config.rs")),
    ("generation", "Config", include_str!("../../generation/src/config.rs")),
    ("projector", "Config", include_str!("../../projector/src/config.rs")),
    ("edge", "Config", include_str!("../../edge/src/config.rs")),
    ("registry", "Config", include_str!("../../registry/src/config.rs")),
    ("llm", "Config", include_str!("../../../crates/llm/src/config.rs")),
    ("operations", "Operations", include_str!("config.rs")),
    ("telemetry", "Config", include_str!("../../../crates/runtime/src/telemetry.rs")),
];

/// The reference as Markdown: `[section] key` is `ATELIER_SECTION_KEY` in the environment.
pub fn markdown() -> String {
    let head = "# Settings\n\nFrom `atelier.toml`, overridden by the environment, overridden by flags. \
                `[llm] url` is `ATELIER_LLM_URL`. A key that is not listed here is an error.\n";
    let sections = MANUAL.iter().map(|(section, name, source)| self::section(section, name, source));
    std::iter::once(head.to_owned()).chain(sections).collect()
}

fn section(section: &str, name: &str, source: &str) -> String {
    let mut text = format!("\n## [{section}]\n\n");
    let body = source.split_once(&format!("pub struct {name} {{"));
    let (before, after) = body.unwrap_or((source, ""));
    text.push_str(&leading_doc(before));
    for (key, kind, doc) in fields(after) {
        text.push_str(&format!("- **`{key}`** ({kind}): {doc}\n"));
    }
    text
}

/// The doc comment right above the struct.
fn leading_doc(before: &str) -> String {
    let lines = before.trim_end().lines().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut doc: Vec<_> = lines.filter_map(|line| line.strip_prefix("///")).map(str::trim).collect();
    doc.reverse();
    if doc.is_empty() { String::new() } else { format!("{}\n\n", doc.join(" ")) }
}

fn fields(body: &str) -> Vec<(String, String, String)> {
    let mut fields = Vec::new();
    let mut doc = Vec::new();
    for line in body.lines().take_while(|line| *line != "}").map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim().to_owned());
        } else if let Some((key, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(':')) {
            let kind = kind.trim().trim_end_matches(',').to_owned();
            fields.push((key.to_owned(), kind, doc.join(" ").trim().to_owned()));
            doc.clear();
        }
    }
    fields
}

/// What differs from the defaults, and where it comes from.
pub fn print(file: &Path) -> anyhow::Result<()> {
    let figment = figment(file);
    let settings: Dict = figment.extract().map_err(|error| anyhow::anyhow!("{error}"))?;
    for (section, keys) in &settings {
        for (key, value) in keys.as_dict().into_iter().flatten() {
            let path = format!("{section}.{key}");
            let source =
                figment.find_metadata(&path).map_or_else(|| "unknown".to_owned(), |found| found.name.to_string());
            println!("[{section}] {key} = {}    # {source}", shown(key, value));
        }
    }
    Ok(())
}

/// Secrets, and URLs that may hold one, are masked.
fn shown(key: &str, value: &Value) -> String {
    let hidden =
        ["key", "kek", "secret", "pepper", "password", "url", "providers"].iter().any(|word| key.contains(word));
    if hidden { "***".to_owned() } else { serde_json::to_string(value).unwrap_or_else(|_| "?".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_key_and_a_meaning() {
        for (section, name, source) in MANUAL {
            let body = source.split_once(&format!("pub struct {name} {{")).map(|(_, after)| after);
            let fields = fields(body.unwrap_or_else(|| panic!("[{section}] has no struct {name}")));
            assert!(!fields.is_empty(), "[{section}] has no settings");
            for (key, _, doc) in fields {
                assert!(!doc.is_empty(), "[{section}] {key} says nothing about itself");
            }
        }
    }

    #[test]
    fn the_written_reference_is_this_one() {
        let written = include_str!("../../../docs/configuration.md");
        assert_eq!(written, markdown(), "run `atelier config docs > docs/configuration.md`");
    }
}

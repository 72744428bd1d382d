//! "Add dark mode."
//!
//! Tailwind's utilities read their colours from variables. Turning the neutral scale round on the
//! outermost element makes the whole page dark, whatever is in it.

use super::{Change, colour, root};
use crate::demo::{APP, Files, words::mentions};

const NIGHT: &str = r##"
/** The neutral colours, turned round: light becomes dark and dark becomes light. */
const night = {
  "--color-slate-50": "#020617",
  "--color-slate-100": "#0f172a",
  "--color-slate-200": "#1e293b",
  "--color-slate-300": "#334155",
  "--color-slate-400": "#64748b",
  "--color-slate-500": "#94a3b8",
  "--color-slate-600": "#a8b5c7",
  "--color-slate-700": "#cbd5e1",
  "--color-slate-800": "#e2e8f0",
  "--color-slate-900": "#f1f5f9",
  "--color-slate-950": "#f8fafc",
  colorScheme: "dark",
} as React.CSSProperties;

"##;

pub fn wish(prompt: &str, files: &Files) -> Option<Change> {
    let small = prompt.to_lowercase();
    let wished = mentions(&small, "dark")
        && ["mode", "theme", "toggle", "it ", "look"].iter().any(|word| small.contains(word))
        || mentions(&small, "night mode");
    if !wished {
        return None;
    }
    let content = files.get(APP)?;
    let mut changed = files.clone();
    if !content.contains("const night") {
        let accent = colour::accent(files).unwrap_or("indigo");
        changed.insert(APP.to_owned(), darkened(content, accent)?);
    }
    let said = "There is a dark mode now; it is on, and the button in the corner switches it.".to_owned();
    Some(Change { files: changed, said })
}

fn darkened(content: &str, accent: &str) -> Option<String> {
    let lines: Vec<&str> = content.lines().collect();
    let (root, _) = root(&lines)?;
    let app = lines.iter().position(|line| line.starts_with("export default function"))?;
    let last_import = lines.iter().rposition(|line| line.starts_with("import ") || line.starts_with("} from "))?;
    let opened = opened(lines[root], accent)?;
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        match at {
            _ if at == app => text += NIGHT.trim_start_matches('\n'),
            _ if at == root => {
                text += &format!("{opened}\n{}", button(line));
                continue;
            }
            _ => {}
        }
        text += &with_state(line);
        text.push('\n');
        if at == last_import {
            text += &imports(content);
        }
        if at == app {
            text += "  const [dark, setDark] = useState(true);\n";
        }
    }
    Some(text)
}

/// `useState` joins an import of react that is there.
fn with_state(line: &str) -> String {
    if line.ends_with("from \"react\";") && line.contains("import {") && !line.contains("useState") {
        line.replacen("import {", "import { useState,", 1)
    } else {
        line.to_owned()
    }
}

fn imports(content: &str) -> String {
    let react = content.lines().any(|line| line.ends_with("from \"react\";") && line.contains("import {"));
    let state = if react { "" } else { "import { useState } from \"react\";\n" };
    format!("{state}import {{ Moon as MoonIcon, Sun as SunIcon }} from \"lucide-react\";\n")
}

/// The outermost element with its colours turned round while it is dark.
fn opened(line: &str, accent: &str) -> Option<String> {
    let (before, rest) = line.split_once("className=\"")?;
    let (classes, after) = rest.split_once('"')?;
    let surfaces = format!(
        "[&_.bg-white]:bg-slate-100 [&_.bg-slate-100]:bg-slate-200 [&_.bg-{accent}-100]:bg-{accent}-950 [&_.bg-{accent}-200]:bg-{accent}-900 \
         [&_.text-{accent}-700]:text-{accent}-400 [&_.text-{accent}-800]:text-{accent}-300 \
         [&_.text-emerald-700]:text-emerald-400 [&_.text-red-700]:text-red-400"
    );
    Some(format!(
        "{before}style={{dark ? night : undefined}} className={{`{classes} ${{dark ? \"{surfaces}\" : \"\"}}`}}{after}"
    ))
}

fn button(root: &str) -> String {
    let indent = &root[..root.len() - root.trim_start().len()];
    [
        "  <button type=\"button\" onClick={() => setDark(!dark)} aria-label={dark ? \"Use light colours\" : \"Use dark colours\"} className=\"fixed bottom-5 left-5 z-50 rounded-full bg-slate-900 p-3 text-slate-50 shadow-lg\">",
        "    {dark ? <SunIcon className=\"size-5\" /> : <MoonIcon className=\"size-5\" />}",
        "  </button>",
    ]
    .map(|line| format!("{indent}{line}\n"))
    .concat()
}

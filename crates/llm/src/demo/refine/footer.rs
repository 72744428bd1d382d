//! "Add a footer."

use super::{Change, root};
use crate::demo::{APP, Files, words::mentions};

pub fn wish(prompt: &str, files: &Files) -> Option<Change> {
    if !mentions(&prompt.to_lowercase(), "footer") {
        return None;
    }
    let content = files.get(APP)?;
    let mut changed = files.clone();
    if !content.contains("<footer") {
        changed.insert(APP.to_owned(), with_footer(content)?);
    }
    Some(Change { files: changed, said: "There is a footer at the end of the page.".to_owned() })
}

/// The footer goes in front of the end of the outermost element.
fn with_footer(content: &str) -> Option<String> {
    let lines: Vec<&str> = content.lines().collect();
    let (at, tag) = root(&lines)?;
    let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
    let closing = format!("{indent}</{tag}>");
    let end = lines.iter().rposition(|line| *line == closing)?;
    let footer = [
        "",
        "  <footer className=\"col-span-full mx-auto mt-16 flex w-full max-w-5xl flex-wrap items-center justify-between gap-4 border-t border-slate-200 px-6 py-8 text-sm text-slate-600\">",
        "    <p>© {new Date().getFullYear()} All rights reserved.</p>",
        "    <nav className=\"flex gap-6\" aria-label=\"Footer\">",
        "      <a href=\"#about\" className=\"hover:text-slate-900\">About</a>",
        "      <a href=\"#privacy\" className=\"hover:text-slate-900\">Privacy</a>",
        "      <a href=\"#contact\" className=\"hover:text-slate-900\">Contact</a>",
        "    </nav>",
        "  </footer>",
    ];
    let footer = footer.iter().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") });
    let before = lines[..end].iter().map(|line| format!("{line}\n"));
    let after = lines[end..].iter().map(|line| format!("{line}\n"));
    Some(before.chain(footer).chain(after).collect())
}

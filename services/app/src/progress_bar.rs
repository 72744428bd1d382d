//! How far a long work is.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use projector::rebuild::Progress;

/// Progress on one line of a terminal, or now and then on a line of its own; on standard error.
pub struct Bar {
    what: String,
    drawn: Mutex<Drawn>,
}

struct Drawn {
    at: Option<Instant>,
    terminal: bool,
}

impl Bar {
    pub fn new(what: String) -> Self {
        Self { what, drawn: Mutex::new(Drawn { at: None, terminal: std::io::stderr().is_terminal() }) }
    }

    pub fn show(&self, progress: Progress) {
        let mut drawn = self.drawn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let pause = Duration::from_secs(if drawn.terminal { 0 } else { 5 });
        if progress.of == 0 || drawn.at.is_some_and(|at| at.elapsed() < pause) {
            return;
        }
        drawn.at = Some(Instant::now());
        let (begin, end) = if drawn.terminal { ("\r", "\u{1b}[K") } else { ("", "\n") };
        let mut out = std::io::stderr().lock();
        // A terminal that is gone is no reason to stop.
        let _ = write!(out, "{begin}{} {}{end}", self.what, text(progress));
        let _ = out.flush();
    }

    pub fn end(self) {
        let drawn = self.drawn.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if drawn.terminal && drawn.at.is_some() {
            eprintln!();
        }
    }
}

fn text(progress: Progress) -> String {
    const WIDTH: i64 = 24;
    let Progress { folded, of, rate, left } = progress;
    let full = (folded * WIDTH / of.max(1)).clamp(0, WIDTH) as usize;
    let bar = format!("{}{}", "#".repeat(full), ".".repeat(WIDTH as usize - full));
    let left = left.map(|left| format!(", {} s left", left.as_secs())).unwrap_or_default();
    format!("[{bar}] {folded} of {of} events, {rate:.0} a second{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_full_as_the_copy() {
        let progress = Progress { folded: 50, of: 100, rate: 10.0, left: Some(Duration::from_secs(5)) };
        assert_eq!(text(progress), "[############............] 50 of 100 events, 10 a second, 5 s left");
        let nothing = Progress { folded: 0, of: 0, rate: 0.0, left: None };
        assert!(text(nothing).contains("0 of 0 events"));
    }
}

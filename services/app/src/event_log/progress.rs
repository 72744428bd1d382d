//! A line on the terminal that says how far the reading has come.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use replay::Log;

/// How often it is shown.
const OFTEN: Duration = Duration::from_millis(200);

/// How far the reading has come, for a person at a terminal.
pub struct Progress {
    on_terminal: bool,
    begun: Instant,
    shown: Instant,
}

impl Progress {
    pub fn begin() -> Self {
        // Lines on the terminal are progress enough; the count would only stand between them.
        let on_terminal = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        Self { on_terminal, begun: Instant::now(), shown: Instant::now() }
    }

    pub fn show(&mut self, log: &Log) {
        if !self.on_terminal || self.shown.elapsed() < OFTEN {
            return;
        }
        self.shown = Instant::now();
        let (read, total) = log.progress();
        let rate = read as f64 / self.begun.elapsed().as_secs_f64();
        let left = total.saturating_sub(read) as f64 / rate.max(1.0);
        let share = 100 * read / total.max(1);
        eprint!("\r\x1b[K{read} of {total} records ({share} %), {rate:.0}/s, {left:.0} s left");
    }

    /// Cleans up, and says what was left out.
    pub fn end(&self, unreadable: u64) {
        if self.on_terminal {
            eprint!("\r\x1b[K");
            drop(std::io::stderr().flush()); // a terminal that is gone needs no clean line
        }
        if unreadable > 0 {
            eprintln!("{unreadable} record(s) could not be read and were skipped");
        }
    }
}

//! How far, how fast, how much longer: on one line of a terminal, and now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub struct Meter {
    begun: Instant,
    pace: Option<Duration>,
    last: Mutex<Instant>,
    is_terminal: bool,
}

impl Meter {
    pub fn new(quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let pace = if is_terminal { Duration::from_millis(200) } else { Duration::from_secs(5) };
        Self { begun: Instant::now(), pace: (!quiet).then_some(pace), last: Mutex::new(Instant::now()), is_terminal }
    }

    /// `done` of `all`, for example of positions.
    pub fn tell(&self, what: &str, done: i64, all: i64) {
        let (Some(pace), Ok(mut last)) = (self.pace, self.last.lock()) else { return };
        if last.elapsed() < pace {
            return;
        }
        *last = Instant::now();
        let rate = done as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let left = (all - done).max(0) as f64 / rate.max(1.0);
        let end = if self.is_terminal { "   \r" } else { "\n" };
        let _ = write!(std::io::stderr(), "  {done} of {all} {what}, {rate:.0}/s, {left:.0} s left{end}");
    }

    pub fn end(&self) {
        if self.pace.is_some() && self.is_terminal {
            let _ = write!(std::io::stderr(), "{:70}\r", "");
        }
    }
}

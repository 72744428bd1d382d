//! Where a process may be made to end in the middle, so that what is promised of a crash can be tried at the
//! places where it matters. Compiled in by the feature `crash-points`, which tests and benchmarks ask for; built by
//! its own package (`-p app`), as `./run` does, the binary has none.

/// Names a place. With `ATELIER_CRASH_AT=relay.produced:40` the process ends when it comes here the 40th time,
/// without a goodbye, as `kill -9` would have it.
#[cfg(feature = "crash-points")]
pub fn crash_point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    static PLAN: LazyLock<Option<(String, AtomicI64)>> = LazyLock::new(|| {
        let plan = std::env::var("ATELIER_CRASH_AT").ok()?;
        let (name, times) = plan.split_once(':')?;
        Some((name.to_owned(), AtomicI64::new(times.parse().ok()?)))
    });
    if let Some((planned, left)) = &*PLAN
        && planned == name
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}

/// Nothing: this binary has no crash points.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn crash_point(_name: &str) {}

/// By how many seconds this process believes it is later than it is: `ATELIER_CLOCK_AHEAD=-60`, to try what clocks
/// that differ do to tokens.
#[cfg(feature = "crash-points")]
pub fn clock_is_ahead() -> i64 {
    std::env::var("ATELIER_CLOCK_AHEAD").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or_default()
}

/// Nothing: this binary believes the clock.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub const fn clock_is_ahead() -> i64 {
    0
}

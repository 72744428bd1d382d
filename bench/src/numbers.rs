//! Percentiles, and what the machine was doing.

use serde_json::{Value, json};

/// p50, p90, p99 and maximum of milliseconds.
pub fn summary(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    json!({
        "n": values.len(), "p50": at(&values, 0.50), "p90": at(&values, 0.90),
        "p99": at(&values, 0.99), "max": at(&values, 1.0),
    })
}

/// The value at a share of the sorted values, to a hundredth.
pub fn at(sorted: &[f64], share: f64) -> f64 {
    let place = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
    sorted.get(place).map_or(f64::NAN, |value| (value * 100.0).round() / 100.0)
}

/// The one-minute load average, since figures from a busy machine mean little.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// Resident memory of a process, in KB.
pub fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}

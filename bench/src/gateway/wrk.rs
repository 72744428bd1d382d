//! One turn of wrk against one server, with what the server's process has used meanwhile.

use std::process::Stdio;

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::process::Command;
use url::Url;

#[derive(Clone, Copy)]
pub enum Load {
    Users,
    CreateProject,
}

/// A server, and whoever asks it.
pub struct Target {
    url: Url,
    pid: u32,
    token: String,
    /// Past what is kept.
    fresh: bool,
}

/// What one turn showed.
pub struct Run {
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Of the server's process, per request.
    pub cpu_micros: f64,
    pub errors: u64,
}

/// What the script below prints.
#[derive(Deserialize)]
struct Told {
    requests: f64,
    micros: f64,
    p50: f64,
    p99: f64,
    errors: u64,
}

impl Target {
    pub fn new(url: &Url, pid: u32, token: &str, fresh: bool) -> Self {
        Self { url: url.clone(), pid, token: token.to_owned(), fresh }
    }
}

pub async fn run(target: &Target, load: Load, connections: usize, seconds: u64) -> anyhow::Result<Run> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), script_of(target, load))?;
    let (connections, duration) = (connections.to_string(), format!("{seconds}s"));
    let before = cpu_micros(target.pid);
    let output = Command::new("wrk")
        .args(["-t1", "-c", &connections, "-d", &duration, "-s"])
        .arg(script.path())
        .arg(target.url.as_str())
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("wrk is missing: apt-get install wrk")?;
    let used = cpu_micros(target.pid) - before;
    let text = String::from_utf8_lossy(&output.stdout);
    let Some(line) = text.lines().find(|line| line.starts_with('{')) else { bail!("wrk says: {text}") };
    let told: Told = serde_json::from_str(line)?;
    Ok(Run {
        rate: (told.requests / told.micros * 1e6).round(),
        p50_ms: told.p50 / 1000.0,
        p99_ms: told.p99 / 1000.0,
        cpu_micros: (used / told.requests * 10.0).round() / 10.0,
        errors: told.errors,
    })
}

fn script_of(target: &Target, load: Load) -> String {
    let Target { token, fresh, .. } = target;
    let fresh = if *fresh { "wrk.headers['Cache-Control'] = 'no-cache'" } else { "" };
    let request = match load {
        Load::Users => "function request() return wrk.format('GET', '/api/v1/users?limit=20') end".to_owned(),
        Load::CreateProject => format!(
            "local number = 0
             wrk.headers['Content-Type'] = 'application/json'
             function request()
               number = number + 1
               wrk.headers['Idempotency-Key'] = 'bench-{}-' .. number
               return wrk.format('POST', '/api/v1/projects', nil, '{{\"name\":\"A project\"}}')
             end",
            rand::random::<u64>()
        ),
    };
    format!(
        "wrk.headers['Authorization'] = 'Bearer {token}'
         {fresh}
         {request}
         function done(summary, latency)
           local errors = summary.errors
           local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
           print(string.format('{{\"requests\":%d,\"micros\":%d,\"p50\":%f,\"p99\":%f,\"errors\":%d}}',
             summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
         end"
    )
}

/// User and system time that a process has used, all its threads together.
fn cpu_micros(pid: u32) -> f64 {
    const TICK_MICROS: f64 = 10_000.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let times: Vec<f64> = fields.skip(11).take(2).filter_map(|time| time.parse().ok()).collect();
    times.iter().sum::<f64>() * TICK_MICROS
}

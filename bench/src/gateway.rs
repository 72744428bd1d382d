//! The front door beside a Hertz (Go) server with the same middleware, on the same Postgres, Redis and Kafka.
//!
//! Both take turns in the same run. Reads are measured twice: with kept answers, and asking Postgres each time.

mod rival;
mod wrk;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Person;

use crate::install::Install;
use crate::numbers::{at, load, summary};
use rival::Rival;
use wrk::{Load, Run, Target};

#[derive(Args)]
pub struct Gateway {
    /// Turns of ours and theirs; the figures are medians.
    #[arg(long, default_value_t = 5)]
    pairs: usize,

    /// How long each turn takes, in seconds.
    #[arg(long, default_value_t = 6)]
    seconds: u64,

    /// Connections that ask at once.
    #[arg(long, default_value_t = 32)]
    connections: usize,
}

/// Accounts to list: more than one page.
const ACCOUNTS: usize = 24;
/// Sign-ins, one after the other.
const SIGN_INS: usize = 40;

impl Gateway {
    pub async fn run(self) -> anyhow::Result<Value> {
        let install = Install::start().await?;
        let root = install.sign_up("root").await; // the first account administers the system
        let id = root.get("me").await.expect(200).text("id");
        root.send(Method::PATCH, &format!("users/{id}"), &json!({ "tier": "premium" })).await.expect(200);
        let mut people = Vec::new();
        for number in 0..ACCOUNTS {
            people.push(install.sign_up(&format!("account-{number}")).await);
        }
        let keeping = Rival::start(&install, "10s").await?;
        let asking = Rival::start(&install, "0s").await?;
        let ours = |fresh| Target::new(&install.url, install.pid, &root.token, fresh);
        let sign_in_ms = sign_ins(&people).await;
        let token_check_ms = token_checks(&install, &people).await?;
        let line = json!({
            "bench": "gateway", "connections": self.connections, "seconds": self.seconds,
            "users_kept": self.compare(&ours(false), &keeping.target(), Load::Users).await?,
            "users_read": self.compare(&ours(true), &asking.target(), Load::Users).await?,
            "create_project": self.compare(&ours(false), &asking.target(), Load::CreateProject).await?,
            "token_check_ms": token_check_ms, "sign_in_ms": sign_in_ms,
            "load": load(),
        });
        install.stop().await;
        Ok(line)
    }

    async fn compare(&self, ours: &Target, theirs: &Target, load: Load) -> anyhow::Result<Value> {
        let (mut we, mut they) = (Vec::new(), Vec::new());
        for _ in 0..self.pairs {
            we.push(wrk::run(ours, load, self.connections, self.seconds).await?);
            they.push(wrk::run(theirs, load, self.connections, self.seconds).await?);
        }
        let ratio = |of: fn(&Run) -> f64| {
            let ratios = we.iter().zip(&they).map(|(ours, theirs)| of(ours) / of(theirs)).collect();
            median(ratios)
        };
        Ok(json!({
            "rate_ratio": ratio(|run| run.rate), "cpu_per_request_ratio": ratio(|run| run.cpu_micros),
            "p99_ratio": ratio(|run| run.p99_ms), "ours": middle(&we), "hertz": middle(&they),
        }))
    }
}

fn middle(runs: &[Run]) -> Value {
    let of = |field: fn(&Run) -> f64| median(runs.iter().map(field).collect());
    json!({
        "per_second": of(|run| run.rate), "cpu_micros": of(|run| run.cpu_micros), "p50_ms": of(|run| run.p50_ms),
        "p99_ms": of(|run| run.p99_ms), "errors": runs.iter().map(|run| run.errors).sum::<u64>(),
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    at(&values, 0.5)
}

/// The 95th percentile of what the gateway itself has measured, by where the answer came from.
async fn token_checks(install: &Install, people: &[Person]) -> anyhow::Result<Value> {
    for _ in 0..20 {
        for person in people {
            person.get("models").await.expect(200);
        }
    }
    let text = install.metrics().await?;
    let mut told = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let named = line.starts_with("atelier_gateway_token_check_seconds{") && line.contains("quantile=\"0.95\"");
        if !named {
            continue;
        }
        let (_, rest) = line.split_once("from=\"").with_context(|| format!("line {number} of the metrics"))?;
        let (from, _) = rest.split_once('"').context("the label ends")?;
        let seconds: f64 = line.rsplit(' ').next().context("a value")?.parse()?;
        told.insert(format!("p95_{from}"), (seconds * 1e6).round() / 1e3);
    }
    Ok(json!(told))
}

async fn sign_ins(people: &[Person]) -> Value {
    let mut taken = Vec::new();
    for person in people.iter().cycle().take(SIGN_INS) {
        let body = json!({ "email": person.email, "password": person.password, "transport": "token" });
        let begun = Instant::now();
        person.post("auth/sign-in", &body).await.expect(200);
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let mut all = summary(taken.clone());
    taken.sort_by(f64::total_cmp);
    all["p95"] = at(&taken, 0.95).into();
    all
}

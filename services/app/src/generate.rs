//! `atelier generate`: a prompt from the terminal, streamed, files written.

mod account;
mod screen;
mod stream;
mod write;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use url::Url;

/// A prompt from the terminal: streams the answer and writes its files.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Generate {
    /// What to build, in words.
    prompt: String,

    /// The installation to ask.
    #[arg(long, env = "ATELIER_URL")]
    url: Option<Url>,

    /// An access token. Without one, a local installation gets an account of its own for the terminal.
    #[arg(long, env = "ATELIER_TOKEN", hide_env_values = true)]
    token: Option<String>,

    /// Where the files go; existing ones are only replaced with --force.
    #[arg(long, default_value = "atelier-out")]
    out: PathBuf,

    /// Replace files that exist.
    #[arg(long)]
    force: bool,

    /// The model to use, as listed by `GET /api/v1/models`.
    #[arg(long)]
    model: Option<String>,

    /// Continue in this project.
    #[arg(long)]
    project: Option<String>,

    /// Where `atelier up` keeps its state.
    #[arg(long, default_value = ".atelier")]
    state: PathBuf,

    /// One JSON object per event instead of text.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  atelier generate \"a pricing page\"
  atelier generate \"a sign-up form\" --out ./form --force
  atelier generate \"a kanban board\" --json | jq .event";

impl Generate {
    pub async fn run(self) -> anyhow::Result<()> {
        let url = self.installation()?;
        let client = reqwest::Client::builder().build().context("no HTTP client can be made")?;
        let token = match &self.token {
            Some(token) => token.clone(),
            None => account::token(&client, &url, &self.state).await?,
        };
        let api = Api { client, url, token };
        let outcome = stream::follow(&api, &self).await?;
        let files = outcome.files(&api).await?;
        write::all(&self.out, &files, self.force)?;
        if !self.json {
            eprintln!("\n{} file(s) in {}", files.len(), self.out.display());
        }
        Ok(())
    }

    /// The URL given, or the one that `atelier up` wrote down.
    fn installation(&self) -> anyhow::Result<Url> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let file = self.state.join("env");
        let missing =
            || format!("no installation found at {}: start one with `atelier up`, or pass --url", file.display());
        let text = std::fs::read_to_string(&file).with_context(missing)?;
        let line = text.lines().find_map(|line| line.strip_prefix("ATELIER_URL=")).with_context(missing)?;
        line.parse().context("the URL that `atelier up` wrote is damaged")
    }
}

/// An installation's REST API, as someone.
pub struct Api {
    pub client: reqwest::Client,
    pub url: Url,
    pub token: String,
}

impl Api {
    pub fn at(&self, path: &str) -> anyhow::Result<Url> {
        self.url.join(&format!("api/v1/{path}")).context("the installation's URL cannot be extended")
    }
}

/// The answer, or the problem it names in words for the terminal.
pub async fn accepted(response: reqwest::Response) -> anyhow::Result<reqwest::Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let problem: serde_json::Value = response.json().await.unwrap_or_default();
    let told = |field: &str| problem.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let detail = told("detail").or_else(|| told("title")).unwrap_or_else(|| "no further word".to_owned());
    anyhow::bail!("{detail} ({status}, {})", told("code").unwrap_or_else(|| "no code".to_owned()))
}

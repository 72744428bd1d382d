//! The mails of a development install, for its people to read: on the operations port only.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail::{Outbox, Stored};
use serde::Deserialize;

/// Mails on one page.
const PAGE: usize = 50;

/// A page sees nothing and runs nothing; mails are shown as text.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Deserialize)]
struct Asked {
    /// Only mails to this address.
    to: Option<String>,
}

pub fn router(outbox: Outbox) -> Router {
    Router::new().route("/outbox", get(page)).route("/outbox.json", get(json)).with_state(outbox)
}

async fn json(State(outbox): State<Outbox>, Query(asked): Query<Asked>) -> Response {
    match outbox.list(PAGE * 10).await {
        Ok(mails) => {
            axum::Json(mails.into_iter().filter(|mail| asked.is_for(mail)).collect::<Vec<_>>()).into_response()
        }
        Err(error) => failed(&error),
    }
}

async fn page(State(outbox): State<Outbox>, Query(asked): Query<Asked>) -> Response {
    let mails = match outbox.list(PAGE).await {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    let shown: String = mails.iter().filter(|mail| asked.is_for(mail)).map(article).collect();
    let shown = if shown.is_empty() { "<p>No mails yet.</p>".to_owned() } else { shown };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mails</title><style>\
         body{{font:15px/1.6 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}}\
         article{{border:1px solid #8884;border-radius:12px;padding:1rem;margin:1rem 0}}\
         pre{{white-space:pre-wrap;word-break:break-word;margin:0}}h2{{font-size:1rem;margin:0}}p{{margin:.25rem 0}}</style>\
         <h1>Mails that did not leave this machine</h1><p>Set [mail] url to send them.</p>{shown}</html>"
    );
    ([(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

impl Asked {
    fn is_for(&self, mail: &Stored) -> bool {
        self.to.as_ref().is_none_or(|to| mail.to.eq_ignore_ascii_case(to))
    }
}

fn article(mail: &Stored) -> String {
    let (subject, to, text) = (escaped(&mail.subject), escaped(&mail.to), linked(&escaped(&mail.text)));
    format!("<article><h2>{subject}</h2><p>{} to {to}</p><pre>{text}</pre></article>", mail.at.to_rfc3339())
}

/// A line that is an address becomes a link.
fn linked(text: &str) -> String {
    let line = |line: &str| {
        let is_link = line.starts_with("http://") || line.starts_with("https://");
        if is_link { format!("<a href=\"{line}\">{line}</a>\n") } else { format!("{line}\n") }
    };
    text.lines().map(line).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn failed(error: &mail::Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("the outbox cannot be read: {error}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_text_on_the_page_and_its_link_can_be_followed() {
        let mail = Stored {
            at: chrono::Utc::now(),
            to: "a@b.c".to_owned(),
            subject: "<script>".to_owned(),
            text: "Hello <b>,\nhttps://atelier.example/reset#\"onclick=x".to_owned(),
            html: String::new(),
        };
        let html = article(&mail);
        assert!(!html.contains("<script>") && !html.contains("<b>") && !html.contains("#\"onclick"), "{html}");
        assert!(html.contains("<a href=\"https://atelier.example/reset#&quot;onclick=x\">"), "{html}");
    }
}

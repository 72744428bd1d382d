//! Someone who uses the product through its public API.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::page::Page;
use crate::wait::eventually;

/// A signed-in person, by bearer token.
#[derive(Clone)]
pub struct Person {
    pub email: String,
    pub password: String,
    pub token: String,
    pub refresh_token: String,
    pub client: Client,
    pub url: Url,
}

/// What the API answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.json().await.unwrap_or_default();
        Self { status, headers, body }
    }

    pub fn text(&self, field: &str) -> String {
        let text = self.body.get(field).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no {field} in {} {}", self.status, self.body)).to_owned()
    }

    pub fn number(&self, field: &str) -> i64 {
        let number = self.body.get(field).and_then(Value::as_i64);
        number.unwrap_or_else(|| panic!("no {field} in {} {}", self.status, self.body))
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        self.text("code")
    }

    #[track_caller]
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "often only the status matters")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

impl Person {
    /// A new account with an address of its own.
    pub async fn sign_up(url: &Url, client: &Client, name: &str) -> Self {
        let email = format!("{name}-{}@example.org", uuid::Uuid::now_v7().simple());
        Self::sign_up_as(url, client, name, &email).await
    }

    /// A new account with this address.
    pub async fn sign_up_as(url: &Url, client: &Client, name: &str, email: &str) -> Self {
        Self::sign_up_with(url, client, name, email, None).await
    }

    /// A new account, opened by following an invite; it begins in that organisation.
    pub async fn sign_up_by_invite(url: &Url, client: &Client, name: &str, token: &str) -> Self {
        let email = format!("{name}-{}@example.org", uuid::Uuid::now_v7().simple());
        Self::sign_up_with(url, client, name, &email, Some(token)).await
    }

    async fn sign_up_with(url: &Url, client: &Client, name: &str, email: &str, invite: Option<&str>) -> Self {
        let password = format!("correct horse {name} staple");
        let mut body = json!({ "email": email, "password": password, "name": name, "transport": "token" });
        if let Some(invite) = invite {
            body["invite"] = invite.into();
        }
        let url = url.clone();
        let response = client.post(url.join("api/v1/auth/sign-up").unwrap()).json(&body).send().await.unwrap();
        let answer = Answer::of(response).await.expect(201);
        Self {
            token: answer.text("access_token"),
            refresh_token: answer.text("refresh_token"),
            email: email.to_owned(),
            password,
            client: client.clone(),
            url,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.url.join(&format!("api/v1/{path}")).unwrap();
        self.client.request(method, url).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let key = uuid::Uuid::now_v7().to_string();
        let request = self.request(Method::POST, path).header("Idempotency-Key", key).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(method, path).json(body).send().await.unwrap()).await
    }

    /// The same person in another organisation of theirs.
    pub async fn works_in(&self, tenant: &str) -> Self {
        let switched = self.post("org/switch", &json!({ "tenant": tenant, "transport": "token" })).await.expect(200);
        let (token, refresh_token) = (switched.text("access_token"), switched.text("refresh_token"));
        Self { token, refresh_token, ..self.clone() }
    }

    pub async fn opens_a_project(&self, name: &str) -> String {
        self.post("projects", &json!({ "name": name })).await.expect(201).text("id")
    }

    /// A session in a project of its own.
    pub async fn opens_a_session(&self) -> String {
        let project = self.opens_a_project("A project").await;
        self.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201).text("id")
    }

    /// Posts a prompt; gives back the generation's id.
    pub async fn asks(&self, session: &str, prompt: &str) -> String {
        let body = json!({ "content": prompt });
        self.post(&format!("sessions/{session}/messages"), &body).await.expect(202).text("generation_id")
    }

    pub async fn stops(&self, session: &str, generation: &str) -> Answer {
        self.post(&format!("sessions/{session}/generations/{generation}/cancel"), &json!({})).await
    }

    /// Opens the session's stream from now on.
    pub async fn watches(&self, session: &str) -> Page {
        self.watches_from(session, "").await
    }

    /// Opens the stream from a cursor, from `g:<generation>`, or from `0`.
    pub async fn watches_from(&self, session: &str, from: &str) -> Page {
        let request = self.request(Method::GET, &format!("sessions/{session}/events"));
        let request = if from.is_empty() { request } else { request.query(&[("from", from)]) };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap_or_default());
        Page::new(response)
    }

    /// Picks a page up where its connection broke; tries until the edge answers.
    pub async fn resumes(&self, session: &str, page: &mut Page) {
        let cursor = page.cursor.clone().unwrap_or_default();
        let response = eventually("the edge answers again", || async {
            let request = self.request(Method::GET, &format!("sessions/{session}/events"));
            let response = request.header("Last-Event-ID", &cursor).send().await.ok()?;
            (response.status() == 200).then_some(response)
        })
        .await;
        page.reconnect(response);
    }

    /// The assistant's message of a generation, once the read model has it in its final state.
    pub async fn reads_the_answer(&self, session: &str, generation: &str) -> Value {
        eventually("the answer is in the session's messages", || async {
            let answer = self.get(&format!("sessions/{session}/messages")).await;
            let items = answer.body.get("items")?.as_array()?.clone();
            items.into_iter().find(|message| {
                let is = |field: &str, value: &str| message.get(field).and_then(Value::as_str) == Some(value);
                is("role", "assistant")
                    && is("generation_id", generation)
                    && ["completed", "failed", "cancelled"].iter().any(|status| is("status", status))
            })
        })
        .await
    }
}

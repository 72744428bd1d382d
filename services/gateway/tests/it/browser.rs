//! Sends requests to the application as a browser or a script would, without a socket.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::house::address;

pub const PASSWORD: &str = "a quiet green lantern";

#[derive(Clone)]
pub struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
    token: Option<String>,
    pub headers: HeaderMap,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.status, self.text))
    }

    /// Status and stable code of a problem; also that it is a whole one.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["request_id"], self.headers["x-request-id"].to_str().unwrap());
        for word in ["type", "title", "detail"] {
            assert!(body[word].is_string(), "{word} is missing: {body}");
        }
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

impl Browser {
    pub fn new(app: Router) -> Self {
        Self { app, cookies: BTreeMap::new(), token: None, headers: HeaderMap::new() }
    }

    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.insert(name, value.parse().unwrap());
        other
    }

    pub fn without_cookie(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.cookies.remove(name);
        other
    }

    pub fn shows(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.get(name).map_or("", String::as_str)
    }

    /// Signs up by cookie.
    pub async fn signs_up(&mut self) -> Answer {
        let form = json!({ "email": address(), "password": PASSWORD, "name": "Alice" });
        self.remembers(self.post("auth/sign-up", &form).await)
    }

    /// Signs up with tokens and shows one from then on.
    pub async fn becomes_somebody(&self) -> Self {
        let form = json!({ "email": address(), "password": PASSWORD, "name": "Alice", "transport": "token" });
        let tokens = self.post("auth/sign-up", &form).await;
        assert_eq!(tokens.status, 201, "{tokens:?}");
        self.shows(tokens.json()["access_token"].as_str().unwrap())
    }

    /// Keeps the cookies of an answer, as browsers do.
    pub fn remembers(&mut self, answer: Answer) -> Answer {
        for line in answer.headers.get_all(SET_COOKIE) {
            let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some("application/json"), Body::from(body.to_string())).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some("application/json"), Body::from(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, Body::empty()).await
    }

    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None, Body::empty()).await
    }

    /// A path that begins with `/` is taken as it is.
    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: Body) -> Answer {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let mut request = Request::builder().method(method.clone()).uri(path).body(body).unwrap();
        let headers = request.headers_mut();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        self.add_cookies(headers, &method);
        headers.extend(self.headers.clone());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 100 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    fn add_cookies(&self, headers: &mut HeaderMap, method: &Method) {
        if self.cookies.is_empty() {
            return;
        }
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert(COOKIE, pairs.join("; ").parse().unwrap());
        if *method != Method::GET {
            headers.insert(ORIGIN, "http://127.0.0.1:8080".parse().unwrap());
            headers.insert("x-csrf-token", self.cookie("csrf").parse().unwrap());
        }
    }
}

//! The document says what the routes do.

use axum::body::Body;
use http::Method;
use serde_json::Value;

use crate::browser::Browser;
use crate::house::{House, somebody};

pub fn document() -> Value {
    serde_json::to_value(gateway::document()).unwrap()
}

pub struct Operation {
    /// As the document has it.
    pub pattern: String,
    /// With ids that nobody has.
    pub path: String,
    pub method: Method,
}

/// Every operation.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (pattern, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = pattern
                .replace("{id}", &format!("{}_0199d3a0-0000-7000-8000-000000000000", prefix(pattern)))
                .replace("{generation}", "gen_0199d3a0-0000-7000-8000-000000000000")
                .replace("{user}", "usr_0199d3a0-0000-7000-8000-000000000000")
                .replace("{provider}", "nobody")
                .replace("{number}", "1");
            let method = method.to_uppercase().parse().unwrap();
            operations.push(Operation { pattern: pattern.clone(), path, method });
        }
    }
    operations
}

/// What the ids of a path begin with.
fn prefix(pattern: &str) -> &'static str {
    let known = [
        ("/sessions/{id}", "ses"),
        ("/projects/{id}", "prj"),
        ("/invites/{id}", "inv"),
        ("/api-keys/", "key"),
        ("/org/login/", "idp"),
        ("/devices/", "fam"),
    ];
    known.iter().find(|(part, _)| pattern.contains(part)).map_or("usr", |(_, prefix)| prefix)
}

/// The edge has its own crate and tests; here it is not in the process.
fn is_edge(path: &str) -> bool {
    path.contains("/sessions/") && path.ends_with("/events")
}

async fn ask(browser: &Browser, path: &str, method: Method) -> crate::browser::Answer {
    let kind = (method != Method::GET).then_some("application/json");
    let body = if kind.is_some() { Body::from("{\"no such field\":1}") } else { Body::empty() };
    browser.send(method, path, kind, body).await
}

#[tokio::test]
async fn every_documented_operation_exists_and_needs_somebody_unless_it_says_otherwise() {
    let document = document();
    let nobody = House::new().browser();
    for Operation { path, method, .. } in operations(&document).into_iter().filter(|of| !is_edge(&of.path)) {
        let answer = ask(&nobody, &path, method.clone()).await;
        let open = [
            "/auth/sign-up",
            "/auth/sign-in",
            "/auth/sign-out",
            "/auth/refresh",
            "/auth/revoke",
            "/auth/providers",
            "/auth/password/forgot",
            "/auth/password/reset",
            "/auth/verify",
            "/auth/code",
            "/auth/code/verify",
            "/auth/mfa/verify",
            "/auth/callback/nobody",
        ];
        // There is no such provider, which is what nobody is told.
        if path.contains("/auth/login/") {
            assert_eq!(answer.status, 404, "{method} {path}");
            continue;
        }
        if open.iter().any(|open| path.ends_with(open)) {
            assert_ne!(answer.status, 404, "{method} {path}");
            assert_ne!(answer.status, 405, "{method} {path}");
        } else {
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_operation_takes_a_field_it_does_not_know() {
    let document = document();
    let alice = somebody(House::new()).await;
    for Operation { pattern, path, method } in operations(&document) {
        // Those of administrators are refused before their bodies are read.
        if !takes_body(&document, &pattern, &method) || pattern.contains("/users/") {
            continue;
        }
        let answer = ask(&alice, &path, method.clone()).await;
        assert_eq!(answer.status, 422, "{method} {path}: {}", answer.text);
        assert_eq!(answer.json()["code"], "unknown_field", "{method} {path}");
    }
}

fn takes_body(document: &Value, pattern: &str, method: &Method) -> bool {
    document["paths"][pattern][method.as_str().to_lowercase()]["requestBody"].is_object()
}

#[test]
fn the_document_has_everything_of_the_spine() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let expected = [
        "auth/sign-up",
        "auth/sign-in",
        "auth/sign-out",
        "auth/refresh",
        "auth/revoke",
        "auth/providers",
        "auth/login/{provider}",
        "auth/callback/{provider}",
        "auth/password/forgot",
        "auth/password/reset",
        "auth/verify",
        "auth/verify/resend",
        "auth/code",
        "auth/code/verify",
        "auth/mfa/enroll",
        "auth/mfa/confirm",
        "auth/mfa/verify",
        "me",
        "me/password",
        "me/mfa",
        "me/security",
        "me/devices",
        "me/devices/{id}",
        "me/devices/sign-out-everywhere",
        "me/identities/{provider}",
        "me/export",
        "org",
        "org/list",
        "org/switch",
        "org/leave",
        "org/members",
        "org/members/{id}",
        "org/invites",
        "org/invites/{id}",
        "org/invites/{id}/resend",
        "org/invites/accept",
        "org/login",
        "org/login/{id}",
        "api-keys",
        "api-keys/{id}",
        "users",
        "users/{id}",
        "projects",
        "projects/{id}",
        "projects/{id}/members",
        "projects/{id}/members/{user}",
        "projects/{id}/files",
        "projects/{id}/archive",
        "projects/{id}/sessions",
        "sessions/{id}",
        "sessions/{id}/messages",
        "sessions/{id}/imports",
        "sessions/{id}/generations/{generation}/cancel",
        "sessions/{id}/versions",
        "sessions/{id}/versions/{number}",
        "sessions/{id}/diff",
        "sessions/{id}/restore",
        "sessions/{id}/events",
        "generate",
        "models",
        "usage",
        "usage/events",
        "audit/events",
        "audit/verify",
    ];
    for path in expected {
        assert!(paths.contains_key(&format!("/api/v1/{path}")), "{path} is not documented");
    }
    assert_eq!(paths.len(), expected.len());
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 40);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "operation ids are unique: {ids:?}");
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_served() {
    let nobody = House::new().browser();
    let served = nobody.get("openapi.json").await;
    assert_eq!(served.json(), document());
    let page = nobody.get("docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("swagger"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert!(!page.text.contains("<script>"), "no inline script: the policy would stop it");
}

//! What bad input gets: a problem with a stable code, and nothing lost.

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, Person, Script, System};

use crate::story;

async fn told(request: reqwest::RequestBuilder) -> Answer {
    let answer = Answer::of(request.send().await.unwrap()).await;
    let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    assert!(kind.starts_with("application/problem+json"), "{kind} {}", answer.body);
    assert!(!answer.text("request_id").is_empty());
    answer
}

async fn refused(request: reqwest::RequestBuilder, status: u16, code: &str) {
    let answer = told(request).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{}", answer.body);
}

fn post(person: &Person, path: &str) -> reqwest::RequestBuilder {
    person.request(Method::POST, path).header("Idempotency-Key", uuid::Uuid::now_v7().to_string())
}

#[test]
fn prompts_that_cannot_be_answered_are_refused() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let path = format!("sessions/{session}/messages");
        let version = alice.get(&format!("sessions/{session}?min_version=1")).await.number("version");

        refused(post(&alice, &path).json(&json!({ "content": "" })), 422, "empty_prompt").await;
        refused(post(&alice, &path).json(&json!({ "content": " \n\t " })), 422, "empty_prompt").await;
        refused(post(&alice, &path).json(&json!({ "content": "x".repeat(40_000) })), 422, "too_long").await;
        let huge = told(post(&alice, &path).json(&json!({ "content": "x".repeat(1 << 20) }))).await;
        assert_eq!(huge.status, 413);
        let json = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
        let not_utf8 = told(json(post(&alice, &path)).body(b"{\"content\": \"\xff\xfe\"}".to_vec())).await;
        assert_eq!(not_utf8.status, 400);
        assert_eq!(told(json(post(&alice, &path)).body("{\"content\": ")).await.status, 400);
        let unknown = told(post(&alice, &path).json(&json!({ "content": "hi", "tenant_id": "ten_x" }))).await;
        assert_eq!(unknown.status, 422);
        assert!(unknown.body.to_string().contains("tenant_id"), "{}", unknown.body);
        assert_eq!(told(post(&alice, &path).body("content=hi")).await.status, 415);

        let after = alice.get(&format!("sessions/{session}")).await.number("version");
        assert_eq!(after, version, "nothing was stored");
    });
}

#[test]
fn tokens_that_are_missing_forged_or_ended_open_nothing() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let projects = system.url.join("api/v1/projects").unwrap();
        refused(system.client.get(projects.clone()), 401, "unauthenticated").await;
        for forged in ["", "atl_a_forged", "eyJhbGciOiJub25lIn0.e30.", &format!("{}x", alice.token)] {
            refused(system.client.get(projects.clone()).bearer_auth(forged), 401, "unauthenticated").await;
        }
        refused(system.client.get(projects.clone()).bearer_auth(&alice.refresh_token), 401, "unauthenticated").await;

        alice.get("me").await.expect(200);
        let revoke = json!({ "token": alice.token });
        let revoked =
            system.client.post(system.url.join("api/v1/auth/revoke").unwrap()).json(&revoke).send().await.unwrap();
        assert!(revoked.status().is_success());
        testkit::eventually("the revocation reaches the gateway", || async {
            (alice.get("me").await.status == 401).then_some(())
        })
        .await;
    });
}

#[test]
fn someone_else_s_things_do_not_exist() {
    story(async |system: &System| {
        system.model.when_asked("alice's secret plan", Script::says(["known to alice only"]));
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let project = alice.opens_a_project("Private").await;
        let session = alice.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201).text("id");
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "alice's secret plan").await;
        page.sees_the_end(&generation).await;
        alice.reads_the_answer(&session, &generation).await;

        let reads = [
            format!("projects/{project}"),
            format!("projects/{project}/sessions"),
            format!("projects/{project}/files"),
            format!("sessions/{session}"),
            format!("sessions/{session}/messages"),
            format!("sessions/{session}/versions"),
            format!("sessions/{session}/events"),
            format!("sessions/{session}/events?from=g:{generation}"),
        ];
        for path in &reads {
            let answer = told(mallory.request(Method::GET, path)).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(!answer.body.to_string().contains("secret"), "{path}");
        }
        let cursor = page.cursor.clone().unwrap();
        let resume =
            mallory.request(Method::GET, &format!("sessions/{session}/events")).header("Last-Event-ID", cursor);
        assert_eq!(told(resume).await.status, 404);
        let writes = [
            (format!("sessions/{session}/messages"), json!({ "content": "hello" })),
            (format!("sessions/{session}/generations/{generation}/cancel"), json!({})),
            (format!("sessions/{session}/restore"), json!({ "version": 1 })),
            (format!("projects/{project}/sessions"), json!({})),
        ];
        for (path, body) in &writes {
            assert_eq!(told(post(&mallory, path).json(body)).await.status, 404, "{path}");
        }
        for path in ["sessions/ses_0199d3a0-0000-7000-8000-000000000000", "sessions/garbage", "projects/prj_"] {
            assert_eq!(told(alice.request(Method::GET, path)).await.status, 404, "{path}");
        }
    });
}

#[test]
fn a_repeated_key_repeats_the_answer_and_another_body_is_refused() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let create = |name: &str| {
            let request = alice.request(Method::POST, "projects").header("Idempotency-Key", "the-same-key");
            request.json(&json!({ "name": name }))
        };
        let first = Answer::of(create("Once").send().await.unwrap()).await.expect(201);
        let again = Answer::of(create("Once").send().await.unwrap()).await.expect(201);
        assert_eq!(first.text("id"), again.text("id"));
        refused(create("Twice"), 422, "idempotency_key_reused").await;

        let bob = system.sign_up("bob").await;
        let request = bob.request(Method::POST, "projects").header("Idempotency-Key", "the-same-key");
        let his = Answer::of(request.json(&json!({ "name": "Bob's" })).send().await.unwrap()).await.expect(201);
        assert_ne!(his.text("id"), first.text("id"), "a key belongs to one person");
    });
}

#[test]
fn a_write_to_another_version_is_refused() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let rename = |version: &str| {
            let request =
                alice.request(Method::PATCH, &format!("sessions/{session}")).header("If-Match", version.to_owned());
            request.json(&json!({ "title": "New" }))
        };
        refused(rename("7"), 409, "version_conflict").await;
        assert!(rename("1").send().await.unwrap().status().is_success());
    });
}

#[test]
fn garbage_for_a_cursor_is_refused_and_never_shows_other_data() {
    story(async |system: &System| {
        system.model.when_asked("cursor story", Script::says(["a ", "b ", "c"]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "cursor story").await;
        page.sees_the_end(&generation).await;
        let good = page.cursor.clone().unwrap();

        let events = format!("sessions/{session}/events");
        let parts: Vec<&str> = good.split('.').collect();
        let elsewhere =
            format!("{}.{}.{}.{}", parts[0], parts[1], (parts[2].parse::<u32>().unwrap() + 1) % 12, parts[3]);
        for bad in ["-1", "garbage", "v1", "v1.x.y.z", "v1.0.0.-1", "v2.1.1.1", "99999999999999999999", &elsewhere] {
            refused(alice.request(Method::GET, &events).header("Last-Event-ID", bad), 400, "bad_cursor").await;
        }
        refused(alice.request(Method::GET, &events).query(&[("from", "g:nonsense")]), 400, "bad_cursor").await;

        let other_epoch = format!("{}.00000000.{}.{}", parts[0], parts[2], parts[3]);
        let mut page = alice.watches_from(&session, &other_epoch).await;
        page.until("reset").await;
    });
}

#[test]
fn a_path_that_leads_out_is_refused() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        for path in ["../evil.tsx", "/etc/passwd", "src/\u{202e}xst.ppA", "a\\b", ""] {
            let files = json!({ "base_version": 0, "files": [{ "path": path, "content": "x" }] });
            let answer = told(post(&alice, &format!("sessions/{session}/imports")).json(&files)).await;
            assert_eq!(answer.status, 422, "{path:?} {}", answer.body);
        }
    });
}

#[test]
fn sign_ups_that_make_no_sense_name_every_field() {
    story(async |system: &System| {
        let sign_up =
            |body: serde_json::Value| system.client.post(system.url.join("api/v1/auth/sign-up").unwrap()).json(&body);
        let answer = told(sign_up(json!({ "email": "no address", "password": "short", "name": "" }))).await;
        assert_eq!(answer.status, 422);
        let fields: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
        assert_eq!(fields.len(), 3, "{fields:?}");

        let alice = system.sign_up("alice").await;
        let again = json!({ "email": alice.email.to_uppercase(), "password": "another long password", "name": "A" });
        refused(sign_up(again), 409, "email_taken").await;
        let sign_in = |password: &str, email: &str| {
            let body = json!({ "email": email, "password": password });
            system.client.post(system.url.join("api/v1/auth/sign-in").unwrap()).json(&body)
        };
        let wrong = told(sign_in("not the password", &alice.email)).await;
        let unknown = told(sign_in("not the password", "nobody@example.org")).await;
        assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (401, 401));
        assert_eq!(wrong.code(), unknown.code());
        assert!(sign_in(&alice.password, &alice.email).send().await.unwrap().status().is_success());
    });
}

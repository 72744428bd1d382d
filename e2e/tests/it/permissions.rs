//! Every operation of the API, asked by nobody, by another organisation, by every role and by its owner.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Person, System, eventually};
use tokio::sync::OnceCell;

use crate::organisations::{colleague, invites};
use crate::story;

static ROOT: OnceCell<Person> = OnceCell::const_new();

/// The administrator whom the settings name; they have shown that the address is theirs.
pub async fn root(system: &System) -> Person {
    let sign_up = || async {
        let root = Person::sign_up_as(&system.url, &system.client, "root", "root@example.org").await;
        assert_eq!(root.get("users").await.status, 403, "an address that is only written down administers nothing");
        let token = system.link(&root.email, "Welcome").await;
        root.post("auth/verify", &json!({ "token": token })).await.expect(204);
        eventually("root administers", || async { (root.get("users").await.status == 200).then_some(()) }).await;
        root
    };
    ROOT.get_or_init(sign_up).await.clone()
}

const WORKERS: &str = "owner admin member";
const READERS: &str = "owner admin member viewer";
const MANAGERS: &str = "owner admin";
const AUDITORS: &str = "owner admin auditor";
const PAYERS: &str = "owner admin member billing";
const EVERYBODY: &str = "owner admin member viewer auditor billing";
const ADMINISTRATOR: &str = "administrator";
const NOBODY: &str = "nobody";

/// An operation, who may use it, what its owner hears, and what another organisation hears. A write is sent a body
/// that nothing accepts, so that it is refused after it was allowed: 422.
#[rustfmt::skip]
const ROWS: &[(&str, &str, u16, u16)] = &[
    ("POST /auth/sign-up",                                  NOBODY,        422, 422),
    ("POST /auth/sign-in",                                  NOBODY,        422, 422),
    ("POST /auth/sign-out",                                 NOBODY,          0,   0), // ends who asks
    ("POST /auth/refresh",                                  NOBODY,        422, 422),
    ("POST /auth/revoke",                                   NOBODY,        422, 422),
    ("GET /auth/providers",                                 NOBODY,        200, 200),
    ("POST /auth/password/forgot",                          NOBODY,        422, 422),
    ("POST /auth/password/reset",                           NOBODY,        422, 422),
    ("POST /auth/verify",                                   NOBODY,        422, 422),
    ("POST /auth/code",                                     NOBODY,        422, 422),
    ("POST /auth/code/verify",                              NOBODY,        422, 422),
    ("POST /auth/mfa/verify",                               NOBODY,        422, 422),
    ("GET /auth/login/{provider}",                          NOBODY,        404, 404),
    ("GET /auth/callback/{provider}",                       NOBODY,          0,   0), // leads back to a page
    ("POST /auth/verify/resend",                            EVERYBODY,       0,   0), // takes no body
    ("POST /auth/mfa/enroll",                               EVERYBODY,     422, 422),
    ("POST /auth/mfa/confirm",                              EVERYBODY,     422, 422),
    ("POST /me/password",                                   EVERYBODY,     422, 422),
    ("DELETE /me/mfa",                                      EVERYBODY,     422, 422),
    ("GET /me/security",                                    EVERYBODY,     200, 200),
    ("GET /me/devices",                                     EVERYBODY,     200, 200),
    ("DELETE /me/devices/{id}",                             EVERYBODY,     404, 404),
    ("POST /me/devices/sign-out-everywhere",                EVERYBODY,     422, 422),
    ("POST /me/identities/{provider}",                      EVERYBODY,     422, 422),
    ("DELETE /me/identities/{provider}",                    EVERYBODY,       0,   0), // there is none
    ("GET /me",                                             EVERYBODY,     200, 200),
    ("PATCH /me",                                           EVERYBODY,     422, 422),
    ("DELETE /me",                                          EVERYBODY,     422, 422),
    ("GET /me/export",                                      EVERYBODY,     200, 200),
    ("GET /models",                                         EVERYBODY,     200, 200),
    ("GET /org",                                            EVERYBODY,     200, 200),
    ("POST /org",                                           EVERYBODY,     422, 422),
    ("PATCH /org",                                          MANAGERS,      422, 422),
    ("GET /org/list",                                       EVERYBODY,     200, 200),
    ("POST /org/switch",                                    EVERYBODY,     422, 422),
    ("POST /org/leave",                                     EVERYBODY,       0,   0), // takes no body
    ("GET /org/members",                                    EVERYBODY,     200, 200),
    ("PATCH /org/members/{id}",                             MANAGERS,      422, 422),
    ("DELETE /org/members/{id}",                            MANAGERS,      404, 404),
    ("GET /org/invites",                                    MANAGERS,      200, 200),
    ("POST /org/invites",                                   MANAGERS,      422, 422),
    ("DELETE /org/invites/{id}",                            MANAGERS,      404, 404),
    ("POST /org/invites/{id}/resend",                       MANAGERS,      404, 404),
    ("POST /org/invites/accept",                            EVERYBODY,     422, 422),
    ("GET /org/login",                                      MANAGERS,      200, 200),
    ("POST /org/login",                                     MANAGERS,      422, 422),
    ("PUT /org/login/{id}",                                 MANAGERS,      422, 422),
    ("DELETE /org/login/{id}",                              MANAGERS,      404, 404),
    ("GET /api-keys",                                       MANAGERS,      200, 200),
    ("POST /api-keys",                                      MANAGERS,      422, 422),
    ("DELETE /api-keys/{id}",                               MANAGERS,      404, 404),
    ("GET /users",                                          ADMINISTRATOR, 403, 403),
    ("GET /users/{id}",                                     ADMINISTRATOR, 403, 403),
    ("PATCH /users/{id}",                                   ADMINISTRATOR, 403, 403),
    ("DELETE /users/{id}",                                  ADMINISTRATOR, 403, 403),
    ("GET /projects",                                       READERS,       200, 200),
    ("POST /projects",                                      WORKERS,       422, 422),
    ("GET /projects/{id}",                                  READERS,       200, 404),
    ("PATCH /projects/{id}",                                WORKERS,       422, 422),
    ("DELETE /projects/{id}",                               WORKERS,         0, 404), // the last of all
    ("GET /projects/{id}/members",                          READERS,       200, 404),
    ("PUT /projects/{id}/members/{user}",                   WORKERS,       422, 422),
    ("DELETE /projects/{id}/members/{user}",                READERS,       204, 404),
    ("GET /projects/{id}/files",                            READERS,       200, 404),
    ("GET /projects/{id}/archive",                          READERS,       200, 404),
    ("GET /projects/{id}/sessions",                         READERS,       200, 404),
    ("POST /projects/{id}/sessions",                        WORKERS,       422, 422),
    ("GET /sessions/{id}",                                  READERS,       200, 404),
    ("PATCH /sessions/{id}",                                WORKERS,       422, 422),
    ("DELETE /sessions/{id}",                               WORKERS,         0, 404), // the last but one
    ("GET /sessions/{id}/messages",                         READERS,       200, 404),
    ("POST /sessions/{id}/messages",                        WORKERS,       422, 422),
    ("POST /sessions/{id}/imports",                         WORKERS,       422, 422),
    ("POST /sessions/{id}/generations/{generation}/cancel", WORKERS,       202, 404),
    ("GET /sessions/{id}/versions",                         READERS,       200, 404),
    ("GET /sessions/{id}/versions/{number}",                READERS,       200, 404),
    ("GET /sessions/{id}/diff",                             READERS,       200, 404),
    ("POST /sessions/{id}/restore",                         WORKERS,       422, 422),
    ("GET /sessions/{id}/events",                           READERS,       200, 404),
    ("POST /generate",                                      WORKERS,       422, 422),
    ("GET /usage",                                          PAYERS,        200, 200),
    ("GET /usage/events",                                   PAYERS,        200, 200),
    ("GET /audit/events",                                   AUDITORS,      200, 200),
    ("GET /audit/verify",                                   AUDITORS,      200, 200),
];

/// What the paths are about.
struct Things {
    project: String,
    session: String,
    generation: String,
    invite: String,
    user: String,
    key: String,
}

impl Things {
    async fn of(alice: &Person) -> Self {
        let project = alice.opens_a_project("Theirs").await;
        let opened = alice.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201);
        let session = opened.text("id");
        let generation = alice.asks(&session, "A page of our own").await;
        alice.reads_the_answer(&session, &generation).await;
        let key = alice.post("api-keys", &json!({ "name": "A key", "scopes": ["read"] })).await.expect(201);
        Self {
            project,
            session,
            generation,
            invite: invites(alice, "gil@example.org", "member").await.text("id"),
            user: alice.get("me").await.expect(200).text("id"),
            key: key.text("id"),
        }
    }

    /// A removal names what nobody has, except where another organisation asks.
    fn path(&self, row: &str, real: bool) -> String {
        let (method, path) = row.split_once(' ').unwrap();
        let none = "0199d3a0-0000-7000-8000-000000000000";
        let id = match path.split('/').nth(1) {
            Some("projects") => self.project.clone(),
            Some("sessions") => self.session.clone(),
            Some("users") => self.user.clone(),
            Some("api-keys") if real => self.key.clone(),
            Some("api-keys") => format!("key_{none}"),
            _ if path.contains("login/{id}") => format!("idp_{none}"),
            _ if path.contains("invites") && real => self.invite.clone(),
            _ if path.contains("invites") => format!("inv_{none}"),
            _ if method == "DELETE" && !real => format!("usr_{none}"),
            _ => self.user.clone(),
        };
        let query = if path.ends_with("/diff") { "?from=0&to=1" } else { "" };
        let path = path
            .replace("{id}", &id)
            .replace("{generation}", &self.generation)
            .replace("{user}", &self.user)
            .replace("{number}", "1")
            .replace("{provider}", "nobody");
        format!("{}{query}", path.trim_start_matches('/'))
    }
}

async fn ask(person: &Person, row: &str, path: &str) -> Answer {
    let method: Method = row.split(' ').next().unwrap().parse().unwrap();
    let request = person.request(method.clone(), path);
    let request = if method == Method::GET || takes_no_body(row) {
        request
    } else {
        request.json(&json!({ "no such field": 1 }))
    };
    let response = request.send().await.unwrap();
    // A stream goes on; its status is all that is asked for.
    let (status, headers) = (response.status(), response.headers().clone());
    if headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().contains("event-stream")) {
        return Answer { status, headers, body: Value::Null };
    }
    Answer::of(response).await
}

fn takes_no_body(row: &str) -> bool {
    row.starts_with("DELETE") && !["DELETE /me", "DELETE /me/mfa"].contains(&row)
        || row.ends_with("/cancel")
        || row.ends_with("/resend")
}

async fn documented(system: &System) -> BTreeSet<String> {
    let document = system.client.get(system.url.join("api/v1/openapi.json").unwrap()).send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The same person without a token that is worth anything.
fn unknown(person: &Person) -> Person {
    Person { token: "atl_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(), ..person.clone() }
}

fn is_open(who: &str) -> bool {
    who == NOBODY
}

#[test]
fn every_operation_answers_to_whom_it_should_and_to_nobody_else() {
    story(async |system: &System| {
        let rows: BTreeSet<_> = ROWS.iter().map(|(row, ..)| (*row).to_owned()).collect();
        assert_eq!(rows, documented(system).await, "every operation has a row here, and every row an operation");

        system.model.when_asked("A page of our own", testkit::Script::says(["```tsx file=\"src/App.tsx\"\n//\n```\n"]));
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let things = Things::of(&alice).await;
        let mut wrong = Vec::new();
        let mut expect = |who: &str, row: &str, expected: u16, answer: &Answer| {
            if answer.status.as_u16() != expected {
                wrong.push(format!("{who}: {row} {} and not {expected}: {}", answer.status, answer.body));
            }
        };
        let mut staff = Vec::new();
        for role in EVERYBODY.split(' ').skip(1) {
            staff.push((role, colleague(&alice, role, role).await));
        }
        for (row, who, owner, other) in ROWS {
            let (path, theirs) = (things.path(row, false), things.path(row, true));
            if !is_open(who) {
                expect("nobody", row, 401, &ask(&unknown(&alice), row, &path).await);
            }
            if *other != 0 {
                expect("another organisation", row, *other, &ask(&mallory, row, &theirs).await);
            }
            if *owner != 0 {
                expect("the owner", row, *owner, &ask(&alice, row, &path).await);
            }
            for (role, person) in staff.iter().filter(|_| !is_open(who) && *who != ADMINISTRATOR) {
                if !who.split(' ').any(|allowed| allowed == *role) {
                    let refused = ask(person, row, &path).await;
                    expect(role, row, 403, &refused);
                    assert_eq!(refused.code(), "forbidden", "{row}");
                } else if *owner != 0 && !path.contains('_') {
                    // What is not their own they do not find; that they may look is what counts here.
                    expect(role, row, *owner, &ask(person, row, &path).await);
                }
            }
        }
        for row in ["DELETE /sessions/{id}", "DELETE /projects/{id}"] {
            expect("the owner", row, 204, &ask(&alice, row, &things.path(row, true)).await);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn a_member_s_things_are_their_own_and_another_organisation_s_are_not_there() {
    story(async |system: &System| {
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let bob = colleague(&alice, "bob", "member").await;
        let project = bob.opens_a_project("Bob's").await;
        bob.get(&format!("projects/{project}?min_version=1")).await.expect(200);
        for stranger in [&alice, &mallory] {
            stranger.get(&format!("projects/{project}")).await.expect(404);
        }
        let at_home = bob.post("org/list", &json!({})).await;
        assert_eq!(at_home.status, StatusCode::METHOD_NOT_ALLOWED);
        let home = eventually("bob's own organisation is listed", || async {
            let items = bob.get("org/list").await.body["items"].as_array()?.clone();
            items.iter().find(|item| item["home"] == json!(true)).map(|item| item["id"].as_str().unwrap().to_owned())
        })
        .await;
        let bob_at_home = bob.works_in(&home).await;
        bob_at_home.get(&format!("projects/{project}")).await.expect(404);
        mallory.post("org/switch", &json!({ "tenant": home, "transport": "token" })).await.expect(404);
    });
}

//! A project of one, seen and worked on by others of the organisation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Person, Script, Step, System, eventually};
use tokio::sync::Semaphore;

use crate::organisations::colleague;
use crate::story;

/// So long may somebody watch on after it was taken from them.
const WITHIN: Duration = Duration::from_secs(5);

async fn id_of(person: &Person) -> String {
    person.get("me").await.expect(200).text("id")
}

async fn shares(owner: &Person, project: &str, with: &Person, role: &str) -> Answer {
    let path = format!("projects/{project}/members/{}", id_of(with).await);
    owner.send(Method::PUT, &path, &json!({ "role": role })).await
}

async fn unshares(owner: &Person, project: &str, with: &Person) -> Answer {
    owner.send(Method::DELETE, &format!("projects/{project}/members/{}", id_of(with).await), &json!({})).await
}

async fn opens(owner: &Person, project: &str) -> String {
    owner.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201).text("id")
}

/// What the person's list shows of a project.
async fn listed(person: &Person, project: &str) -> Option<Value> {
    let items = person.get("projects").await.expect(200).body["items"].as_array()?.clone();
    items.into_iter().find(|item| item["id"] == project)
}

#[test]
fn a_viewer_watches_an_answer_as_it_comes_and_changes_nothing() {
    story(async |system: &System| {
        let gate = Arc::new(Semaphore::new(0));
        let page = "\n\n```tsx file=\"src/App.tsx\"\nexport default () => null\n```\n";
        let script = Script::new([
            Step::Say("A first part. ".into()),
            Step::Gate(gate.clone()),
            Step::Say(page.into()),
            Step::Finish,
        ]);
        system.model.when_asked("seen by two", script);
        let alice = system.sign_up("alice").await;
        let (bob, carol) = (colleague(&alice, "bob", "member").await, colleague(&alice, "carol", "member").await);
        let project = alice.opens_a_project("Ours").await;
        let session = opens(&alice, &project).await;
        assert_eq!(shares(&alice, &project, &bob, "viewer").await.expect(200).text("role"), "viewer");
        eventually("alice sees whom she shares it with", || async {
            let members = alice.get(&format!("projects/{project}/members")).await.expect(200);
            (members.body["items"][1]["email"] == bob.email.as_str()).then_some(())
        })
        .await;

        let seen = eventually("the project is in bob's list", || listed(&bob, &project)).await;
        assert_eq!((&seen["name"], &seen["role"]), (&json!("Ours"), &json!("viewer")));
        assert_eq!(listed(&alice, &project).await.unwrap()["role"], "owner");
        eventually("its session is in bob's list", || async {
            let sessions = bob.get(&format!("projects/{project}/sessions")).await.expect(200);
            (sessions.body["items"][0]["id"] == session.as_str()).then_some(())
        })
        .await;

        let mut watching = bob.watches(&session).await;
        watching.until("hello").await;
        let generation = alice.asks(&session, "seen by two").await;
        watching.sees(&generation, "A first part.").await;
        for (method, path, body) in [
            (Method::POST, format!("sessions/{session}/messages"), json!({ "content": "mine" })),
            (Method::POST, format!("sessions/{session}/generations/{generation}/cancel"), json!({})),
            (Method::PATCH, format!("sessions/{session}"), json!({ "title": "Mine" })),
            (Method::DELETE, format!("sessions/{session}"), json!({})),
            (Method::POST, format!("projects/{project}/sessions"), json!({})),
            (Method::PATCH, format!("projects/{project}"), json!({ "name": "Mine" })),
            (Method::DELETE, format!("projects/{project}"), json!({})),
        ] {
            let refused = bob.send(method, &path, &body).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden".into()), "{path}");
        }
        gate.add_permits(1);
        watching.sees_the_end(&generation).await;
        assert_eq!(watching.complaints, Vec::<String>::new());
        bob.reads_the_answer(&session, &generation).await;
        for path in [
            format!("sessions/{session}"),
            format!("sessions/{session}/versions/1"),
            format!("sessions/{session}/diff?from=0&to=1"),
            format!("sessions/{session}?as_of=1"),
            format!("projects/{project}?as_of=1"),
            format!("projects/{project}/files"),
            format!("projects/{project}/archive"),
        ] {
            bob.get(&path).await.expect(200);
            carol.get(&path).await.expect(404);
        }
        let mut replay = bob.watches_from(&session, &format!("g:{generation}")).await;
        replay.sees_the_end(&generation).await;
        assert_eq!(carol.get(&format!("sessions/{session}/events")).await.status.as_u16(), 404);
        let nothing = bob.get("usage/events").await.expect(200).body["items"].clone();
        assert_eq!(nothing, json!([]), "who only watches uses nothing");
    });
}

#[test]
fn an_editor_works_in_it_and_it_stays_the_owner_s() {
    story(async |system: &System| {
        system.model.when_asked("by an editor", Script::says(["```tsx file=\"src/App.tsx\"\n// 1\n```\n"]));
        let alice = system.sign_up("alice").await;
        let bob = colleague(&alice, "bob", "member").await;
        let project = alice.opens_a_project("Ours").await;
        let hers = opens(&alice, &project).await;
        shares(&alice, &project, &bob, "editor").await.expect(200);

        let his = opens(&bob, &project).await;
        for session in [&hers, &his] {
            let generation = bob.asks(session, "by an editor").await;
            alice.reads_the_answer(session, &generation).await;
            bob.reads_the_answer(session, &generation).await;
        }
        let file = json!({ "base_version": 1, "files": [{ "path": "src/App.tsx", "content": "// 2" }] });
        let brought = bob.post(&format!("sessions/{hers}/imports"), &file).await;
        assert!(brought.status.is_success(), "{}", brought.body);
        let renamed = bob.send(Method::PATCH, &format!("sessions/{hers}"), &json!({ "title": "By both" })).await;
        assert_eq!(renamed.expect(200).text("title"), "By both");
        let refused = bob.send(Method::DELETE, &format!("sessions/{his}"), &json!({})).await.expect(403);
        assert_eq!(refused.code(), "forbidden");
        assert_eq!(shares(&bob, &project, &alice, "viewer").await.expect(403).code(), "forbidden");
        alice.send(Method::DELETE, &format!("sessions/{his}"), &json!({})).await.expect(204);

        // What bob asked for is on his account, though the conversation is alice's.
        let used = eventually("bob's usage has it", || async {
            let items = bob.get("usage/events").await.expect(200).body["items"].as_array()?.clone();
            (items.len() == 2).then_some(items)
        })
        .await;
        assert!(used.iter().any(|item| item["session_id"] == json!(hers)), "{used:?}");

        shares(&alice, &project, &bob, "viewer").await.expect(200);
        let refused = bob.post(&format!("sessions/{hers}/messages"), &json!({ "content": "again" })).await;
        assert_eq!(refused.expect(403).code(), "forbidden");
    });
}

#[test]
fn what_is_taken_back_closes_within_seconds_and_is_not_there() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let (bob, carol) = (colleague(&alice, "bob", "member").await, colleague(&alice, "carol", "viewer").await);
        let project = alice.opens_a_project("Ours").await;
        let session = opens(&alice, &project).await;
        for guest in [&bob, &carol] {
            shares(&alice, &project, guest, "viewer").await.expect(200);
        }
        let members = bob.get(&format!("projects/{project}/members")).await.expect(200).body["items"].clone();
        let roles: Vec<_> = members.as_array().unwrap().iter().map(|member| member["role"].clone()).collect();
        assert_eq!(roles, ["owner", "viewer", "viewer"]);
        let (mut his, mut hers) = (bob.watches(&session).await, carol.watches(&session).await);
        his.until("hello").await;
        hers.until("hello").await;

        unshares(&alice, &project, &bob).await.expect(204);
        unshares(&alice, &project, &bob).await.expect(204);
        let begun = Instant::now();
        assert_eq!(his.until("closing").await.text("reason"), "unshared");
        assert!(begun.elapsed() < WITHIN, "after {:?}", begun.elapsed());
        let gone = bob.get(&format!("sessions/{session}/events")).await;
        assert_eq!(gone.status.as_u16(), 404);
        eventually("it is in no list of bob's", || async { listed(&bob, &project).await.is_none().then_some(()) })
            .await;
        for path in
            [format!("projects/{project}"), format!("sessions/{session}"), format!("projects/{project}/members")]
        {
            bob.get(&path).await.expect(404);
        }

        // Carol, who is a viewer of the whole organisation, leaves by herself.
        let others = format!("projects/{project}/members/{}", id_of(&alice).await);
        assert_eq!(carol.send(Method::DELETE, &others, &json!({})).await.expect(403).code(), "forbidden");
        unshares(&carol, &project, &carol).await.expect(204);
        assert_eq!(hers.until("closing").await.text("reason"), "unshared");
    });
}

#[test]
fn only_who_can_open_projects_is_shared_with_and_nobody_from_outside() {
    story(async |system: &System| {
        let (alice, mallory) = (system.sign_up("alice").await, system.sign_up("mallory").await);
        let auditor = colleague(&alice, "ann", "auditor").await;
        let project = alice.opens_a_project("Ours").await;
        shares(&alice, &project, &mallory, "viewer").await.expect(404);
        assert_eq!(shares(&alice, &project, &auditor, "viewer").await.expect(403).code(), "forbidden");
        let bob = colleague(&alice, "bob", "member").await;
        assert_eq!(shares(&alice, &project, &bob, "owner").await.expect(403).code(), "forbidden");
        assert_eq!(shares(&alice, &project, &bob, "boss").await.expect(422).code(), "unknown_value");
        assert_eq!(shares(&alice, &project, &alice, "viewer").await.expect(403).code(), "forbidden");
        shares(&mallory, &project, &mallory, "editor").await.expect(404);
        shares(&bob, &project, &bob, "editor").await.expect(404);
    });
}

#[test]
fn who_is_removed_from_the_organisation_comes_back_to_nothing() {
    story(async |system: &System| {
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let invited = async || {
            crate::organisations::secret_of(&crate::organisations::invites(&alice, &bob.email, "member").await)
        };
        let tenant =
            bob.post("org/invites/accept", &json!({ "token": invited().await })).await.expect(200).text("tenant");
        let project = alice.opens_a_project("Ours").await;
        shares(&alice, &project, &bob, "editor").await.expect(200);
        bob.works_in(&tenant).await.get(&format!("projects/{project}")).await.expect(200);

        let member = format!("org/members/{}", id_of(&bob).await);
        alice.send(Method::DELETE, &member, &json!({})).await.expect(204);
        bob.post("org/invites/accept", &json!({ "token": invited().await })).await.expect(200);
        let back = bob.works_in(&tenant).await;
        eventually("bob sees it no more", || async {
            (back.get(&format!("projects/{project}")).await.status.as_u16() == 404).then_some(())
        })
        .await;
        let opened = back.post(&format!("projects/{project}/sessions"), &json!({})).await;
        opened.expect(404);
    });
}

#[test]
fn a_guest_who_is_erased_leaves_and_their_export_says_where_they_were() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let bob = colleague(&alice, "bob", "member").await;
        let project = alice.opens_a_project("Ours").await;
        shares(&alice, &project, &bob, "editor").await.expect(200);
        let shared = eventually("the export has it", || async {
            let export = bob.get("me/export").await.expect(200).body;
            export["shared_projects"].as_array()?.first().cloned()
        })
        .await;
        assert_eq!((&shared["id"], &shared["role"]), (&json!(project), &json!("editor")));
        let guest = id_of(&bob).await;
        let owned = alice.get("me/export").await.expect(200).body["projects"][0]["members"].clone();
        assert_eq!((owned[0]["id"].as_str(), &owned[0]["role"]), (Some(guest.as_str()), &json!("editor")));

        let erased = bob.send(Method::DELETE, "me", &json!({ "password": bob.password })).await;
        assert!(erased.status.is_success(), "{}", erased.body);
        eventually("alice's project is shared with nobody", || async {
            let members = alice.get(&format!("projects/{project}/members")).await.expect(200);
            (members.body["items"].as_array()?.len() == 1).then_some(())
        })
        .await;
        let told = eventually("the audit log has it", || async {
            let found = alice.get(&format!("audit/events?aggregate={project}&type=ProjectUnshared")).await.expect(200);
            found.body["items"].as_array()?.first().cloned()
        })
        .await;
        assert_eq!((told["new"]["user_id"].as_str(), &told["new"]["role"]), (Some(guest.as_str()), &json!("editor")));
    });
}

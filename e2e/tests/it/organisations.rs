//! Several people, one organisation: joining, working, leaving, and keys for scripts.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Person, System, eventually};

use crate::everywhere::places_with;
use crate::story;

/// What reaches a gateway late is not heard at all.
const WITHIN: Duration = Duration::from_secs(5);

/// The secret of a link.
pub fn secret_of(invited: &Answer) -> String {
    invited.text("link").split('#').nth(1).unwrap().to_owned()
}

pub async fn invites(owner: &Person, email: &str, role: &str) -> Answer {
    owner.post("org/invites", &json!({ "email": email, "role": role })).await.expect(201)
}

/// A new member of the owner's organisation, working in it.
pub async fn colleague(owner: &Person, name: &str, role: &str) -> Person {
    let token = secret_of(&invites(owner, &format!("{name}@example.org"), role).await);
    Person::sign_up_by_invite(&owner.url, &owner.client, name, &token).await
}

/// Until the answer has this status, which must be soon.
async fn soon(what: &str, status: u16, ask: impl AsyncFn() -> Answer) {
    let begun = Instant::now();
    while ask().await.status.as_u16() != status {
        assert!(begun.elapsed() < WITHIN, "{what}: not within {WITHIN:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn id_of(person: &Person) -> String {
    person.get("me").await.expect(200).text("id")
}

#[test]
fn somebody_joins_works_gets_another_role_and_goes() {
    story(async |system: &System| {
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let named = alice.send(Method::PATCH, "org", &json!({ "name": "Acme" })).await.expect(200);
        assert_eq!((named.text("name"), named.text("role")), ("Acme".into(), "owner".into()));

        let invited = invites(&alice, &bob.email, "viewer").await;
        let joined = bob.post("org/invites/accept", &json!({ "token": secret_of(&invited) })).await.expect(200);
        let tenant = joined.text("tenant");
        let twice = bob.post("org/invites/accept", &json!({ "token": secret_of(&invited) })).await;
        assert_eq!(twice.status, StatusCode::OK, "{}", twice.body);
        let there = eventually("bob sees both organisations", || async {
            let items = bob.get("org/list").await.body["items"].as_array()?.clone();
            (items.len() == 2 && items[1]["name"] == "Acme").then_some(items)
        })
        .await;
        assert_eq!((&there[0]["home"], &there[0]["role"]), (&json!(true), &json!("owner")));
        assert_eq!((&there[1]["id"], &there[1]["role"]), (&json!(tenant), &json!("viewer")));

        let at_work = bob.works_in(&tenant).await;
        let begin = async || at_work.post("projects", &json!({ "name": "Together" })).await;
        let refused = begin().await.expect(403);
        assert_eq!(refused.code(), "forbidden");
        assert!(refused.text("detail").contains("viewer"), "{}", refused.body);
        at_work.get("projects").await.expect(200);

        let user = id_of(&bob).await;
        let member = format!("org/members/{user}");
        alice.send(Method::PATCH, &member, &json!({ "role": "member" })).await.expect(200);
        soon("bob works", 201, begin).await;
        let renamed = at_work.send(Method::PATCH, "me", &json!({ "name": "Bob at work" })).await.expect(200);
        assert_eq!(renamed.text("name"), "Bob at work", "an account is reached from every organisation");

        assert_eq!(alice.send(Method::DELETE, &member, &json!({})).await.status, StatusCode::NO_CONTENT);
        soon("bob is out", 401, || at_work.get("projects")).await;
        bob.get("projects").await.expect(200);
        bob.post("org/switch", &json!({ "tenant": tenant, "transport": "token" })).await.expect(404);

        let told = eventually("the audit log has it all", || async {
            let found = alice.get(&format!("audit/events?aggregate={tenant}")).await.expect(200);
            let items = found.body["items"].as_array()?.clone();
            (items.len() == 6).then_some(items)
        })
        .await;
        let what: Vec<_> = told.iter().rev().map(|item| item["what"].as_str().unwrap()).collect();
        let expected = ["tenant created", "tenant renamed", "member invited", "member joined", "member role changed"];
        assert_eq!(what[..5], expected);
        assert_eq!((what[5], &told[0]["new"]["user_id"]), ("member removed", &json!(user)));
        assert_eq!((&told[1]["old"]["value"], &told[1]["new"]["role"]), (&json!("viewer"), &json!("member")));
    });
}

#[test]
fn a_link_opens_an_account_once_and_a_revoked_one_never() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let invited = invites(&alice, "dora@example.org", "auditor").await;
        let token = secret_of(&invited);
        let dora = Person::sign_up_by_invite(&system.url, &system.client, "dora", &token).await;
        let org = dora.get("org").await.expect(200);
        assert_eq!((org.text("role"), &org.body["home"]), ("auditor".into(), &json!(false)));
        dora.get("audit/events").await.expect(200);
        assert_eq!(dora.get("projects").await.expect(403).code(), "forbidden");
        let members = eventually("both are members", || async {
            let items = alice.get("org/members").await.body["items"].as_array()?.clone();
            (items.len() == 2 && items[1]["email"] == dora.email.as_str()).then_some(items)
        })
        .await;
        assert_eq!((&members[0]["role"], &members[1]["role"]), (&json!("owner"), &json!("auditor")));

        let form = |token: &str| {
            let email = format!("late-{}@example.org", uuid::Uuid::now_v7().simple());
            json!({ "email": email, "password": "a quiet green lantern", "name": "Late", "invite": token })
        };
        let late = alice.post("auth/sign-up", &form(&token)).await.expect(422);
        assert_eq!((late.code(), &late.body["errors"][0]["field"]), ("unknown_invite".into(), &json!("invite")));
        let other = invites(&alice, "ed@example.org", "member").await;
        let path = format!("org/invites/{}", other.text("id"));
        alice.send(Method::DELETE, &path, &json!({})).await.expect(204);
        alice.send(Method::DELETE, &path, &json!({})).await.expect(204);
        assert_eq!(alice.post("auth/sign-up", &form(&secret_of(&other))).await.expect(422).code(), "unknown_invite");
        assert_eq!(alice.post("auth/sign-up", &form("atl_i_guessed")).await.expect(422).code(), "unknown_invite");
        let accept = json!({ "token": secret_of(&other) });
        assert_eq!(dora.post("org/invites/accept", &accept).await.expect(409).code(), "invite_over");
    });
}

#[test]
fn a_repeated_invite_is_the_same_one_and_its_link_is_given_once() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let again = || async {
            let request = alice.request(Method::POST, "org/invites").header("Idempotency-Key", "the-same");
            let body = json!({ "email": "fay@example.org", "role": "member" });
            Answer::of(request.json(&body).send().await.unwrap()).await.expect(201)
        };
        let (first, second) = (again().await, again().await);
        assert_eq!(first.text("id"), second.text("id"));
        assert!(first.text("link").contains("/join/#atl_i_"));
        assert_eq!(second.body.get("link"), None);
    });
}

#[test]
fn the_last_owner_stays_until_there_is_another() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let me = id_of(&alice).await;
        assert_eq!(alice.post("org/leave", &json!({})).await.expect(409).code(), "last_owner");
        let demote = json!({ "role": "viewer" });
        let demoted = alice.send(Method::PATCH, &format!("org/members/{me}"), &demote).await;
        assert_eq!(demoted.expect(409).code(), "last_owner");

        let bob = colleague(&alice, "bob", "admin").await;
        let crown = json!({ "role": "owner" });
        let path = format!("org/members/{}", id_of(&bob).await);
        assert_eq!(bob.send(Method::PATCH, &path, &crown).await.expect(403).code(), "forbidden");
        alice.send(Method::PATCH, &path, &crown).await.expect(200);
        alice.post("org/leave", &json!({})).await.expect(204);
        soon("alice is out of what came with her account", 401, || alice.get("org")).await;
    });
}

/// Who calls with a key.
fn script(owner: &Person, key: &Answer) -> Person {
    Person { token: key.text("key"), ..owner.clone() }
}

#[test]
fn a_key_goes_as_far_as_its_scopes_and_ends_within_seconds() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let form = |scopes: Value| json!({ "name": "CI", "scopes": scopes });
        let key = alice.post("api-keys", &form(json!(["read"]))).await.expect(201);
        assert!(key.text("key").starts_with("atl_k_"));
        let reader = script(&alice, &key);
        reader.get("projects").await.expect(200);
        reader.get("me").await.expect(200);
        assert_eq!(reader.post("projects", &json!({ "name": "No" })).await.expect(403).code(), "scope_required");
        assert_eq!(reader.post("api-keys", &form(json!(["read"]))).await.expect(403).code(), "person_required");
        assert_eq!(
            reader.send(Method::PATCH, "me", &json!({ "name": "No" })).await.expect(403).code(),
            "person_required"
        );
        let writer = script(&alice, &alice.post("api-keys", &form(json!(["read", "write"]))).await.expect(201));
        let project = writer.opens_a_project("By a script").await;
        alice.get(&format!("projects/{project}?min_version=1")).await.expect(200);

        let listed = eventually("both keys are listed, without themselves", || async {
            let answer = alice.get("api-keys").await.expect(200);
            let items = answer.body["items"].as_array()?.clone();
            (items.len() == 2 && !answer.body.to_string().contains("atl_k_")).then_some(items)
        })
        .await;
        assert_eq!((&listed[1]["name"], &listed[1]["scopes"]), (&json!("CI"), &json!(["read"])));

        alice.send(Method::DELETE, &format!("api-keys/{}", key.text("id")), &json!({})).await.expect(204);
        soon("the key is worth nothing", 401, || reader.get("projects")).await;
        writer.get("projects").await.expect(200);
        assert_eq!(alice.post("api-keys", &form(json!(["everything"]))).await.expect(422).code(), "unknown_value");
        assert_eq!(alice.post("api-keys", &form(json!([]))).await.expect(422).code(), "required");
        assert!(!system.logs().contains(&key.text("key")), "a log holds a key");
    });
}

#[test]
fn the_keys_of_who_is_removed_end_with_them() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let bob = colleague(&alice, "bob", "admin").await;
        let key = bob.post("api-keys", &json!({ "name": "Bob's", "scopes": ["read"] })).await.expect(201);
        let robot = script(&bob, &key);
        robot.get("org/members").await.expect(200);
        let path = format!("org/members/{}", id_of(&bob).await);
        alice.send(Method::DELETE, &path, &json!({})).await.expect(204);
        soon("bob's key is worth nothing", 401, || robot.get("org/members")).await;
    });
}

#[test]
fn an_invited_address_and_a_name_rest_sealed_and_the_address_goes_with_the_invite() {
    story(async |system: &System| {
        let canary = format!("canary{}", uuid::Uuid::now_v7().simple());
        let alice = system.sign_up("alice").await;
        alice.send(Method::PATCH, "org", &json!({ "name": format!("{canary} name") })).await.expect(200);
        let invited = invites(&alice, &format!("{canary}@example.org"), "member").await;
        let secret = secret_of(&invited);
        let tenant = alice.get("org").await.expect(200).text("id");
        let audited = async |erased: bool| {
            eventually("the audit log has the invite", || async {
                let found = alice.get(&format!("audit/events?aggregate={tenant}&type=MemberInvited")).await;
                let item = found.body["items"].as_array()?.first()?.clone();
                (item["erased"] == json!(erased)).then_some(item)
            })
            .await
        };
        assert_eq!(audited(false).await["new"]["email"], json!(format!("{canary}@example.org")));
        let clear: i64 = {
            use sqlx::Connection;
            let mut database = sqlx::PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
            let query = "select count(*) from store.events e where e::text like $1 or e::text like $2";
            let (canary, secret) = (format!("%{canary}%"), format!("%{secret}%"));
            sqlx::query_scalar(query).bind(canary).bind(secret).fetch_one(&mut database).await.unwrap()
        };
        assert_eq!(clear, 0, "the event store holds an address, a name or a link in the clear");
        assert!(!system.logs().contains(&secret), "a log holds a link");

        alice.send(Method::DELETE, &format!("org/invites/{}", invited.text("id")), &json!({})).await.expect(204);
        assert_eq!(audited(true).await["new"].get("email"), None);
    });
}

#[test]
fn an_administrator_finds_people_changes_their_tier_and_ends_their_sign_ins() {
    story(async |system: &System| {
        let (alice, root) = (system.sign_up("alice").await, crate::permissions::root(system).await);
        let user = id_of(&alice).await;
        assert_eq!(alice.get("users").await.expect(403).code(), "administrator_required");
        let found = eventually("alice is found", || async {
            let items =
                root.get(&format!("users?q={}", alice.email)).await.expect(200).body["items"].as_array()?.clone();
            (items.len() == 1).then(|| items[0].clone())
        })
        .await;
        assert_eq!((&found["id"], &found["tier"], &found["role"]), (&json!(user), &json!("free"), &json!("user")));
        let page = root.get("users?limit=1").await.expect(200);
        assert_eq!(page.body["items"].as_array().unwrap().len(), 1);
        page.text("next_cursor");

        let path = format!("users/{user}");
        let premium = root.send(Method::PATCH, &path, &json!({ "tier": "premium" })).await.expect(200);
        assert_eq!(premium.text("tier"), "premium");
        assert_eq!(
            root.send(Method::PATCH, &path, &json!({ "tier": "gold" })).await.expect(422).code(),
            "unknown_value"
        );
        let changed = eventually("alice's own audit log has it", || async {
            let found = alice.get("audit/events?type=TierChanged").await.expect(200);
            found.body["items"].as_array()?.first().cloned()
        })
        .await;
        assert_eq!((&changed["old"]["value"], &changed["new"]["tier"]), (&json!("free"), &json!("premium")));

        root.send(Method::PATCH, &path, &json!({ "role": "administrator" })).await.expect(200);
        soon("alice administers", 200, || alice.get("users")).await;
        root.send(Method::PATCH, &path, &json!({ "role": "user", "end_sign_ins": true })).await.expect(200);
        soon("alice is signed out", 401, || alice.get("me")).await;
        let nobody = format!("users/usr_{}", uuid::Uuid::now_v7());
        root.get(&nobody).await.expect(404);
        root.send(Method::PATCH, &nobody, &json!({ "tier": "free" })).await.expect(404);
        root.send(Method::DELETE, &nobody, &json!({})).await.expect(404);
    });
}

#[test]
fn what_is_premium_is_refused_with_the_reason_until_it_is_paid_for() {
    story(async |system: &System| {
        let (alice, root) = (system.sign_up("alice").await, crate::permissions::root(system).await);
        let begin = async || alice.post("projects", &json!({ "name": "One more" })).await;
        let refused = loop {
            let answer = begin().await;
            if answer.status != StatusCode::CREATED {
                break answer.expect(403);
            }
        };
        assert_eq!(refused.code(), "premium_required");
        assert!(refused.text("detail").contains("20 projects"), "{}", refused.body);
        let by_script = alice.post("generate", &json!({ "prompt": "One more" })).await.expect(403);
        assert_eq!(by_script.code(), "premium_required");
        let path = format!("users/{}", id_of(&alice).await);
        root.send(Method::PATCH, &path, &json!({ "tier": "premium" })).await.expect(200);
        soon("alice has paid", 201, begin).await;
    });
}

#[test]
fn an_administrator_erases_a_person_whose_work_stays_with_their_organisation() {
    story(async |system: &System| {
        let canary = format!("canary{}", uuid::Uuid::now_v7().simple());
        let (alice, root) = (system.sign_up("alice").await, crate::permissions::root(system).await);
        let token = secret_of(&invites(&alice, &format!("{canary}@example.org"), "member").await);
        let bob = Person::sign_up_by_invite(&system.url, &system.client, &canary, &token).await;
        let project = bob.opens_a_project("Ours").await;
        let erased = root.send(Method::DELETE, &format!("users/{}", id_of(&bob).await), &json!({})).await;
        assert!(erased.status.is_success(), "{}", erased.body);
        soon("bob is out", 401, || bob.get("me")).await;
        eventually("alice has the project", || async {
            (alice.get(&format!("projects/{project}")).await.status == StatusCode::OK).then_some(())
        })
        .await;
        eventually("the address is nowhere, that of the invite too", || async {
            places_with(system, &[canary.as_str()]).await.is_empty().then_some(())
        })
        .await;
    });
}

#[test]
fn an_invite_is_mailed_and_leads_a_stranger_and_an_account_into_the_organisation() {
    story(async |system: &System| {
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        alice.send(Method::PATCH, "org", &json!({ "name": "Acme" })).await.expect(200);

        let invited = invites(&alice, &bob.email, "viewer").await;
        assert_eq!(invited.body["mailed"], json!(true));
        let mailed = system.link(&bob.email, "invites you to Acme").await;
        assert_eq!(mailed, secret_of(&invited), "the mail has the link that is shown");
        bob.post("org/invites/accept", &json!({ "token": mailed })).await.expect(200);

        let stranger = format!("stranger-{}@example.org", uuid::Uuid::now_v7().simple());
        invites(&alice, &stranger, "member").await;
        let mailed = system.link(&stranger, "invites you to Acme").await;
        let form = json!({ "email": stranger, "password": "a quiet green lantern", "name": "Stranger",
            "invite": mailed, "transport": "token" });
        let tokens = alice.post("auth/sign-up", &form).await.expect(201);
        let joined = Person { token: tokens.text("access_token"), ..alice.clone() };
        let org = eventually("they work there", || async {
            let org = joined.get("org").await.expect(200);
            (org.body["name"] == "Acme").then_some(org)
        })
        .await;
        assert_eq!(org.text("role"), "member");
    });
}

#[test]
fn an_invite_that_is_sent_again_has_one_link_the_new_one() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let email = format!("dora-{}@example.org", uuid::Uuid::now_v7().simple());
        let invited = invites(&alice, &email, "member").await;
        let path = format!("org/invites/{}", invited.text("id"));
        let again = alice.post(&format!("{path}/resend"), &json!({})).await.expect(200);
        assert_eq!(
            (again.text("id"), again.text("email"), &again.body["mailed"]),
            (invited.text("id"), email.clone(), &json!(true))
        );
        assert_ne!(secret_of(&again), secret_of(&invited));
        let form = |token: &str| json!({ "email": email, "password": "a quiet green lantern", "name": "Dora", "invite": token });
        let old = alice.post("auth/sign-up", &form(&secret_of(&invited))).await.expect(422);
        assert_eq!(old.code(), "unknown_invite");
        eventually("the newest mail has the new link", || async {
            (system.link(&email, "invites you").await == secret_of(&again)).then_some(())
        })
        .await;
        alice.post("auth/sign-up", &form(&secret_of(&again))).await.expect(201);
        assert_eq!(alice.post(&format!("{path}/resend"), &json!({})).await.expect(409).code(), "invite_over");
    });
}

#[test]
fn one_address_gets_only_so_many_invites_and_the_link_is_there_all_the_same() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let email = format!("often-{}@example.org", uuid::Uuid::now_v7().simple());
        for _ in 0..5 {
            assert_eq!(invites(&alice, &email, "member").await.body["mailed"], json!(true));
        }
        let sixth = invites(&alice, &email, "member").await;
        assert_eq!(sixth.body["mailed"], json!(false));
        assert!(sixth.text("link").contains("/join/#atl_i_"));
    });
}

#[test]
fn an_administrator_who_looks_at_accounts_shows_in_the_audit_log() {
    story(async |system: &System| {
        let (alice, root) = (system.sign_up("alice").await, crate::permissions::root(system).await);
        let user = id_of(&alice).await;
        eventually("alice is found", || async {
            let found = root.get(&format!("users?q={}", alice.email)).await.expect(200);
            (found.body["items"].as_array()?.len() == 1).then_some(())
        })
        .await;
        root.get(&format!("users/{user}")).await.expect(200);
        let of = async |person: &Person, what: &str| {
            eventually(what, || async {
                let found = person.get("audit/events?type=AccountsRead").await.expect(200);
                found.body["items"].as_array()?.first().cloned()
            })
            .await
        };
        let seen = of(&alice, "alice's own audit log has the look at her").await;
        assert_eq!((&seen["new"]["user_id"], &seen["new"]["count"]), (&json!(user), &json!(1)));
        assert_eq!(seen["user"], json!(id_of(&root).await));
        let listed = of(&root, "the administrator's has the list").await;
        assert_eq!((&listed["new"]["searched"], &listed["new"]["user_id"]), (&json!(true), &Value::Null));
        assert!(!listed.to_string().contains(&alice.email), "what was searched for is not kept");
    });
}

//! A person leaves: what they wrote is nowhere, and all the rest is as it was.

use std::process::Output;
use std::time::Duration;

use domain::UserId;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use testkit::{Person, Script, System, eventually};

use crate::everywhere::places_with;
use crate::{disturbance, story};

fn canary() -> String {
    format!("canary{}", uuid::Uuid::now_v7().simple())
}

fn json_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("no JSON: {text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// The command line on this system.
async fn atelier(system: &System, arguments: &[&str]) -> Output {
    system.runs(arguments).await
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn one<T>(system: &System, query: &str, with: &str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    (T,): for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
{
    let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    sqlx::query_scalar(query).bind(with).fetch_one(&mut database).await.unwrap()
}

/// Somebody of the same organisation, by an invite.
async fn colleague_of(alice: &Person, name: &str) -> (Person, String) {
    let invited = alice.post("org/invites", &json!({ "email": "bob@example.org", "role": "member" })).await.expect(201);
    let link = invited.text("link");
    let token = link.split('#').nth(1).unwrap();
    let person = Person::sign_up_by_invite(&alice.url, &alice.client, name, token).await;
    let user_id = person.get("me").await.expect(200).text("id");
    (person, user_id)
}

/// Everything that a person sees of a session.
async fn seen(person: &Person, session: &str) -> Value {
    json!([
        person.get(&format!("sessions/{session}")).await.body,
        person.get(&format!("sessions/{session}/messages")).await.body,
        person.get(&format!("sessions/{session}/versions")).await.body,
    ])
}

#[test]
fn a_person_is_erased_and_nothing_of_them_is_left_but_what_belongs_to_the_project() {
    story(async |system: &System| {
        let canary = canary();
        let answer = format!("{canary} answer\n\n```tsx file=\"src/App.tsx\"\n// it stays\n```\n");
        system.model.when_asked(&canary, Script::says([answer.as_str()]));
        let alice = system.sign_up(&canary).await;
        let me = alice.get("me").await.expect(200);
        let (user, tenant) = (me.text("id"), me.text("tenant_id"));
        let (bob, heir) = colleague_of(&alice, "bob").await;
        let carol = system.sign_up("carol").await;
        let hers = carol.opens_a_session().await;
        let asked = carol.asks(&hers, "Something of carol's").await;
        carol.reads_the_answer(&hers, &asked).await;

        // What alice leaves: in every kind of text there is.
        let project = alice.opens_a_project(&format!("{canary} project")).await;
        let title = json!({ "title": format!("{canary} title") });
        let session = alice.post(&format!("projects/{project}/sessions"), &title).await.expect(201).text("id");
        let generation = alice.asks(&session, &format!("{canary} prompt")).await;
        let told = alice.reads_the_answer(&session, &generation).await;
        assert!(told.to_string().contains(&canary), "the story itself is right");
        let renamed = json!({ "name": format!("{canary} renamed") });
        let patch = |path: String, body: Value| alice.request(Method::PATCH, &path).json(&body).send();
        for (path, body) in [("me".to_owned(), renamed.clone()), (format!("projects/{project}"), renamed)] {
            assert_eq!(patch(path, body).await.unwrap().status(), 200);
        }
        let deleted = alice.post(&format!("projects/{project}/sessions"), &title).await.expect(201).text("id");
        alice.request(Method::DELETE, &format!("sessions/{deleted}")).send().await.unwrap();
        let files = format!("projects/{project}/files");
        let kept = alice.get(&files).await.expect(200).body;
        let (theirs, sums) = (seen(&carol, &hers).await, usage(system, &session).await);
        assert!(!places_with(system, &[&canary]).await.is_empty(), "the read models hold it");
        let mut page = alice.watches(&session).await;
        page.until("hello").await;

        // The dry run lists and changes nothing.
        let count = "select count(*) from store.events where tenant_id = $1";
        let before: i64 = one(system, count, &tenant).await;
        let dry = atelier(system, &["forget", &alice.email, "--dry-run", "--json"]).await;
        let places = json_of(&dry);
        assert!(dry.status.success() && !dry.stdout.windows(canary.len()).any(|w| w == canary.as_bytes()));
        assert_eq!((&places["user_id"], &places["dry_run"]), (&json!(user), &json!(true)));
        let stored = places["places"]["store"]["events"].as_array().unwrap();
        assert!(
            stored.iter().any(|events| events["event_type"] == "MessagePosted" && events["published"] == 1),
            "{places}"
        );
        assert_eq!((&places["places"]["keys"], &places["places"]["store"]["unique_claims"]), (&json!(1), &json!(1)));
        assert_eq!(one::<i64>(system, count, &tenant).await, before);
        alice.get("me").await.expect(200);

        let forget =
            atelier(system, &["forget", &alice.email, "--projects", &format!("transfer:{heir}"), "--json"]).await;
        assert!(forget.status.success(), "{}", words(&forget));
        let receipt = json_of(&forget);
        assert_eq!(receipt["user_id"], json!(user));
        assert_eq!(receipt["projects"]["transferred"], json!([project]));
        assert_eq!(receipt["events"][0]["event_type"], "UserErased");

        // She is signed out everywhere, and cannot come back.
        assert_eq!(page.until("closing").await.text("reason"), "signed_out");
        alice.get("me").await.expect(401);
        let sign_in = json!({ "email": alice.email, "password": alice.password, "transport": "token" });
        alice.post("auth/sign-in", &sign_in).await.expect(401);

        // Nowhere: tables, topics, Redis, logs; nor in a replay, from memory or from Kafka.
        let left = places_with(system, &[&canary, &alice.email]).await;
        assert!(left.is_empty(), "{left:#?}");
        let mut replay = bob.watches_from(&session, &format!("g:{generation}")).await;
        replay.sees_the_end(&generation).await;
        assert!(!format!("{:?}", replay.seen).contains(&canary));

        // What stays with the project goes on, and everybody's sums and carol's things are as they were.
        assert_eq!(bob.get(&format!("projects/{project}")).await.expect(200).text("name"), "Transferred project");
        assert_eq!(bob.get(&files).await.expect(200).body, kept);
        let messages = bob.get(&format!("sessions/{session}/messages")).await.expect(200).body;
        assert_eq!(messages["items"].as_array().unwrap().len(), 2, "{messages}");
        assert!(messages["items"].as_array().unwrap().iter().all(|message| message["content"] == ""), "{messages}");
        bob.get(&format!("sessions/{deleted}")).await.expect(404);
        assert_eq!(usage(system, &session).await, sums);
        assert_eq!(seen(&carol, &hers).await, theirs);
        let more = bob.asks(&session, "Bob goes on").await;
        bob.reads_the_answer(&session, &more).await;

        // Once more says so and changes nothing; the address is nobody's, and free.
        let again = atelier(system, &["forget", &user, "--json"]).await;
        assert!(again.status.success(), "{}", words(&again));
        assert_eq!(json_of(&again), receipt);
        let unknown = atelier(system, &["forget", &alice.email]).await;
        assert_eq!(unknown.status.code(), Some(1));
        assert!(words(&unknown).contains("there is no user"), "{}", words(&unknown));
        let newcomer = Person::sign_up_as(&system.url, &system.client, "somebody", &alice.email).await;
        assert_ne!(newcomer.get("me").await.expect(200).text("id"), user);
    });
}

/// Tokens and cost of a session's answers.
async fn usage(system: &System, session: &str) -> String {
    let query = "select coalesce(sum((usage ->> 'total_tokens')::bigint), 0)::text || ' tokens, '
                     || coalesce(sum((cost ->> 'amount')::numeric), 0)::text
                   from read.generations where session_id = $1 and usage is not null";
    one(system, query, session).await
}

#[test]
fn a_person_takes_their_data_and_erases_themselves() {
    // Alone: nobody else works on copies of the read models.
    disturbance(async |system: &mut System| {
        let system: &System = system;
        let canary = canary();
        let answer = format!("{canary} answer\n\n```tsx file=\"src/App.tsx\"\n// {canary} file\n```\n");
        system.model.when_asked(&canary, Script::says([answer.as_str()]));
        let alice = system.sign_up(&canary).await;
        let project = alice.opens_a_project(&format!("{canary} project")).await;
        let title = json!({ "title": format!("{canary} title") });
        let session = alice.post(&format!("projects/{project}/sessions"), &title).await.expect(201).text("id");
        let generation = alice.asks(&session, &format!("{canary} prompt")).await;
        alice.reads_the_answer(&session, &generation).await;
        let user = alice.get("me").await.expect(200).text("id");
        let stranger = system.sign_up("stranger").await;

        let export = alice.get("me/export").await.expect(200).body;
        assert_eq!(export["profile"]["email"], json!(alice.email));
        assert_eq!(export["projects"][0]["name"], json!(format!("{canary} project")));
        assert_eq!(export["sessions"][0]["title"], title["title"]);
        assert_eq!(export["messages"][0]["content"], json!(format!("{canary} prompt")));
        assert!(export["messages"][1]["content"].as_str().unwrap().contains(&canary));
        assert!(export["versions"][0]["changes"][0]["content"].as_str().unwrap().contains(&canary));
        assert_eq!(export["devices"].as_array().unwrap().len(), 1);
        assert_eq!(export["usage"][0]["answers"], 1);
        let others = stranger.get("me/export").await.expect(200).body;
        assert!(!others.to_string().contains(&canary), "an export is its owner's only");
        assert_eq!(others["messages"], json!([]));
        for _ in 0..3 {
            alice.get("me/export").await;
        }
        assert_eq!(alice.get("me/export").await.expect(429).code(), "too_many_requests");

        // A swap leaves what was live before; a rebuild leaves what is not live yet. Both hold her texts.
        for projection in ["sessions", "audit_sessions"] {
            for command in [["projections", "rebuild", projection], ["projections", "swap", projection]] {
                let done = atelier(system, &command).await;
                assert!(done.status.success(), "{command:?}: {}", words(&done));
            }
        }
        for projection in ["projects", "users", "audit_users"] {
            let done = atelier(system, &["projections", "rebuild", projection]).await;
            assert!(done.status.success(), "{projection}: {}", words(&done));
        }
        let copied = places_with(system, &[&canary]).await;
        let in_copy = |schema: &str| copied.iter().any(|place| place.starts_with(schema));
        assert!(in_copy("read_previous.") && in_copy("read_next."), "the story itself is right: {copied:?}");

        let erase = |password: &str| {
            let body = json!({ "password": password });
            alice.request(Method::DELETE, "me").json(&body).send()
        };
        assert_eq!(erase("not the password").await.unwrap().status(), 401);
        alice.get("me").await.expect(200);
        let done = erase(&alice.password).await.unwrap();
        assert!([200, 202].contains(&done.status().as_u16()), "{}", done.text().await.unwrap());

        let finished = "select count(*) from store.erasures where user_id = $1 and finished_at is not null";
        eventually("the command role finishes it by itself", || async {
            (one::<i64>(system, finished, &user).await == 1).then_some(())
        })
        .await;
        eventually("nothing is left of it, files included", || async {
            places_with(system, &[&canary, &alice.email]).await.is_empty().then_some(())
        })
        .await;
        alice.get("me").await.expect(401);
    });
}

#[test]
fn an_erasure_that_is_cut_off_anywhere_is_finished_by_itself_or_by_the_next_run() {
    story(async |system: &System| {
        for millis in [60, 160, 320] {
            let canary = canary();
            let alice = system.sign_up(&canary).await;
            let user = alice.get("me").await.expect(200).text("id");
            for _ in 0..3 {
                alice.opens_a_session().await;
            }
            let arguments = ["forget", user.as_str()];
            let cut = system.core.runs(&arguments);
            let _ = tokio::time::timeout(Duration::from_millis(millis), cut).await; // killed when dropped

            let finish = atelier(system, &["forget", &user, "--json"]).await;
            assert!(finish.status.success(), "{}", words(&finish));
            assert_eq!(json_of(&finish)["projects"]["erased"].as_array().unwrap().len(), 3);
            let once = "select count(*) from store.events where event_type = 'UserErased' and aggregate_id = $1";
            assert_eq!(one::<i64>(system, once, &user).await, 1);
            assert!(places_with(system, &[&canary]).await.is_empty());
        }
    });
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let stranger = system.sign_up("stranger").await.get("me").await.expect(200).text("id");
        let nobody = UserId::generate().to_string();
        let heir = format!("transfer:{nobody}");
        let elsewhere = format!("transfer:{stranger}");
        for (arguments, code, says) in [
            (vec!["forget", "nobody@example.org"], 1, "there is no user"),
            (vec!["forget", &nobody, "--dry-run"], 1, "there is no user"),
            (vec!["forget", "alice"], 1, "neither a user id"),
            (vec!["forget", &alice.email, "--projects", "burn"], 2, "transfer:usr_"),
            (vec!["forget", &alice.email, "--projects", &heir], 1, "user to transfer to"),
            (vec!["forget", &alice.email, "--projects", &elsewhere], 1, "there is no such user"),
        ] {
            let refused = atelier(system, &arguments).await;
            assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", words(&refused));
            assert!(words(&refused).contains(says), "{arguments:?}: {}", words(&refused));
        }
        alice.get("me").await.expect(200);
    });
}

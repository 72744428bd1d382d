//! Tokens when something is wrong: exchanged keys, a Redis, an auth or a command role that is away, clocks that
//! differ. Nobody is in who should not be, and nobody is out who should be in.

use std::time::{Duration, Instant};

use domain::SessionId;
use rpc::auth::v1::ExchangeRequest;
use rpc::command::v1::DescribeSessionRequest;
use rpc::identity::{Claims, Signer};
use serde_json::json;
use testkit::{Person, System, eventually};
use tonic::Code;

use crate::annex::Annex;
use crate::organisations::colleague;
use crate::{disturbance, story};

const SECOND: Duration = Duration::from_secs(1);

/// What the internal token of somebody is, from the core's auth role.
async fn internal_token(system: &System, person: &Person) -> String {
    let url = system.core.setting("ATELIER_RPC_AUTH_URL");
    let auth = rpc::Auth::remote(rpc::connect(url, SECOND * 10).unwrap());
    let request = ExchangeRequest { access_token: person.token.clone() };
    auth.exchange(request, "").await.unwrap().internal_token
}

/// Whether the core's command role takes this internal token.
async fn takes(system: &System, token: &str) -> Result<(), Code> {
    let url = system.core.setting("ATELIER_RPC_COMMAND_URL");
    let command = rpc::Command::remote(rpc::connect(url, SECOND * 10).unwrap());
    // There is no such session; whoever hears that has been let in.
    let request = DescribeSessionRequest { session_id: SessionId::generate().to_string() };
    match command.describe_session(request, token).await.unwrap_err().code() {
        Code::NotFound => Ok(()),
        refused => Err(refused),
    }
}

/// The names of the keys that an operator sees, the newest first; and which one signs.
async fn keys(system: &System, arguments: &[&str]) -> (Vec<String>, Option<String>) {
    let output = system.runs(&[&["keys", "tokens"], arguments].concat()).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let kid = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let signs = text.lines().find(|line| line.split_whitespace().nth(1) == Some("signs")).and_then(kid);
    (text.lines().filter_map(kid).collect(), signs)
}

/// What the core publishes for whoever checks tokens.
async fn published(system: &System) -> Vec<String> {
    let url = format!("http://{}/.well-known/jwks.json", system.core.operations());
    let set: serde_json::Value = system.client.get(url).send().await.unwrap().json().await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// How often the core asked for keys.
async fn questions(system: &System) -> u64 {
    let url = format!("http://{}/metrics", system.core.operations());
    let text = system.client.get(url).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("atelier_token_key_questions_total "));
    line.expect("the metric is there").trim().parse().unwrap()
}

#[test]
fn keys_are_exchanged_while_people_work_and_nobody_notices() {
    disturbance(async |system: &mut System| {
        let annex = Annex::that_remembers_nobody(system).await;
        let alice = system.sign_up("alice").await;
        let project = alice.opens_a_project("Work").await;
        let there = annex.person(&alice);
        let works = async |person: &Person, done: &dyn Fn() -> bool| {
            let mut times = 0;
            while !done() || times < 20 {
                person.get("projects").await.expect(200);
                person.post(&format!("projects/{project}/sessions"), &json!({})).await.expect(201);
                times += 1;
            }
        };
        let (first, old) = keys(system, &["list"]).await;
        let rotated = std::cell::Cell::new(false);
        let rotates = async {
            let (keys_now, signs) = keys(system, &["rotate"]).await;
            assert_eq!((keys_now.len(), &signs), (first.len() + 1, &old), "a new key is learned before it signs");
            let new = keys_now[0].clone();
            eventually("the new key signs", || async {
                (keys(system, &["list"]).await.1.as_deref() == Some(new.as_str())).then_some(())
            })
            .await;
            rotated.set(true);
        };
        let done = || rotated.get();
        tokio::join!(works(&alice, &done), works(&there, &done), rotates);
        assert!(published(system).await.contains(&old.unwrap()), "what it signed is still good");
    });
}

#[test]
fn what_a_key_signed_is_good_until_the_key_is_over_and_made_up_keys_make_no_storm() {
    disturbance(async |system: &mut System| {
        let alice = system.sign_up("alice").await;
        let token = internal_token(system, &alice).await;
        takes(system, &token).await.unwrap();
        keys(system, &["rotate"]).await;
        takes(system, &token).await.unwrap();

        let (before, began) = (questions(system).await, Instant::now());
        let stranger = Signer::new(&Signer::generate_seed().unwrap()).unwrap();
        let forged = stranger.sign(&Claims::service("edge", 4_000_000_000)).unwrap();
        let asked = futures::future::join_all((0..200).map(|_| takes(system, &forged))).await;
        assert!(asked.iter().all(|answer| *answer == Err(Code::Unauthenticated)), "{asked:?}");
        // Each second: because of age for command and for auth itself, and because of names that nobody knows.
        let bound = 3 * (began.elapsed().as_secs() + 2);
        let asked = questions(system).await - before;
        assert!(asked <= bound, "{asked} questions in {:?}", began.elapsed());

        let (now, _) = keys(system, &["rotate", "--now"]).await;
        assert_eq!(now.len(), 1, "{now:?}");
        eventually("what the old key signed is refused", || async {
            (takes(system, &token).await == Err(Code::Unauthenticated)).then_some(())
        })
        .await;
        takes(system, &internal_token(system, &alice).await).await.unwrap();
        eventually("alice works on, with the same sign-in", || async {
            let answer = alice.post("projects", &json!({ "name": "After" })).await;
            (answer.status == 201).then_some(())
        })
        .await;
    });
}

#[test]
fn without_redis_who_signs_out_at_one_gateway_is_out_at_the_other() {
    disturbance(async |system: &mut System| {
        let annex = Annex::beside(system, &[]).await;
        let alice = system.sign_up("alice").await;
        let there = annex.person(&alice);
        let session = alice.opens_a_session().await;
        let mut page = there.watches(&session).await;
        page.until("hello").await;
        system.stack.kill_redis().await.unwrap();
        there.get("projects").await.expect(200);

        alice.post("auth/sign-out", &json!({})).await.expect(204);
        let began = Instant::now();
        assert_eq!(page.until("closing").await.text("reason"), "signed_out");
        while there.get("projects").await.status != 401 {
            assert!(began.elapsed() < SECOND * 5, "still in after {:?}", began.elapsed());
        }
        assert!(began.elapsed() < SECOND * 5, "{:?}", began.elapsed());
        assert_eq!(alice.get("projects").await.status, 401);
        system.sign_up("bob").await.get("projects").await.expect(200);
    });
}

#[test]
fn what_one_gateway_learned_another_need_not_ask_and_redis_alone_cannot_use_it() {
    story(async |system: &System| {
        let mut annex = Annex::beside(system, &[("ATELIER_GATEWAY_IDENTITY_CACHE_SHARED", "60s".to_owned())]).await;
        let alice = system.sign_up("alice").await;
        alice.get("projects").await.expect(200);
        annex.auth.kill().await;
        let there = annex.person(&alice);
        there.get("projects").await.expect(200);

        let mut redis =
            redis::Client::open(system.stack.redis.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
        let names: Vec<String> = redis::cmd("KEYS").arg("atelier:exchange:*").query_async(&mut redis).await.unwrap();
        assert!(!names.is_empty());
        for name in names.iter().filter(|name| !name.contains(":stop:")) {
            let value: Option<Vec<u8>> = redis::cmd("GET").arg(name).query_async(&mut redis).await.unwrap();
            let text = String::from_utf8_lossy(value.as_deref().unwrap_or_default()).into_owned();
            assert!(!name.contains(&alice.token) && !text.contains("eyJ") && !text.contains(&alice.token), "{name}");
        }
        // Signed out at the other gateway: what is shared counts no more, though this one could not ask.
        alice.post("auth/sign-out", &json!({})).await.expect(204);
        eventually("out here, too", || async { (there.get("projects").await.status != 200).then_some(()) }).await;
    });
}

#[test]
fn without_auth_who_is_known_stays_in_and_nobody_new_gets_in() {
    story(async |system: &System| {
        let mut annex = Annex::beside(
            system,
            &[
                ("ATELIER_GATEWAY_IDENTITY_CACHE", "5s".to_owned()),
                ("ATELIER_GATEWAY_IDENTITY_CACHE_SHARED", "0s".to_owned()),
            ],
        )
        .await;
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let (known, new) = (annex.person(&alice), annex.person(&bob));
        known.get("projects").await.expect(200);
        annex.auth.kill().await;

        known.get("projects").await.expect(200);
        let answer = new.get("projects").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"));
        assert!(answer.headers.contains_key("retry-after"));
        let form = json!({ "email": bob.email, "password": bob.password, "transport": "token" });
        assert_eq!(new.post("auth/sign-in", &form).await.status, 503);
        let stranger = Person { token: format!("atl_a_{}", "A".repeat(43)), ..new.clone() };
        assert_eq!(stranger.get("projects").await.status, 503, "nobody knows whether it is one");
        eventually("what was known is over", || async { (known.get("projects").await.status == 503).then_some(()) })
            .await;

        system.brings_up(&mut annex.auth).await.unwrap();
        for person in [&known, &new] {
            eventually("all is well again", || async { (person.get("projects").await.status == 200).then_some(()) })
                .await;
        }
        assert_eq!(stranger.get("projects").await.status, 401);
    });
}

#[test]
fn a_clock_that_is_a_minute_off_keeps_nobody_out_and_one_far_off_lets_nobody_in() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let works = async |person: &Person| {
            let read = person.get("projects").await.status.as_u16();
            (read, person.post("projects", &json!({ "name": "P" })).await.status.as_u16())
        };
        // It issues, and the gateway and the command role verify.
        for (ahead, expected) in [(59, (200, 201)), (-59, (200, 201)), (120, (503, 503)), (-420, (503, 503))] {
            let annex = Annex::whose_auth_is_ahead(system, ahead).await;
            assert_eq!(works(&annex.person(&alice)).await, expected, "auth is {ahead} s ahead");
        }
        for ahead in [59, -59] {
            let annex = Annex::whose_gateway_is_ahead(system, ahead).await;
            assert_eq!(works(&annex.person(&alice)).await, (200, 201), "the gateway is {ahead} s ahead");
        }
    });
}

#[test]
fn while_the_command_role_is_away_who_was_here_lately_can_still_read() {
    story(async |system: &System| {
        let mut annex = Annex::with_a_command_role(system).await;
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let (known, new) = (annex.person(&alice), annex.person(&bob));
        known.get("projects").await.expect(200);
        annex.command.kill().await;

        // Nothing is remembered at this gateway: each request is one exchange.
        for _ in 0..5 {
            known.get("projects").await.expect(200);
        }
        known.get("me/devices").await.expect(200);
        let refreshed = known.post("auth/refresh", &json!({ "refresh_token": known.refresh_token })).await.expect(200);
        let renewed = Person { token: refreshed.text("access_token"), ..known.clone() };
        renewed.get("projects").await.expect(200);
        assert_eq!(renewed.post("projects", &json!({ "name": "P" })).await.status, 503);
        assert_eq!(new.get("projects").await.status, 503, "nobody has said what bob may do");
        // A sign-in that is over is over, whoever is away.
        renewed.post("auth/sign-out", &json!({})).await.expect(204);
        assert_eq!(renewed.get("projects").await.status, 401);
    });
}

#[test]
fn an_open_stream_hears_of_another_role_and_ends_where_that_may_not_read() {
    story(async |system: &System| {
        let alice = system.sign_up("alice").await;
        let bob = colleague(&alice, "bob", "member").await;
        let session = bob.opens_a_session().await;
        let me = bob.get("me").await.expect(200).text("id");
        let becomes = async |role: &str| {
            let path = format!("org/members/{me}");
            alice.send(reqwest::Method::PATCH, &path, &json!({ "role": role })).await.expect(200);
            Instant::now()
        };
        let mut page = bob.watches(&session).await;
        page.until("hello").await;
        let changed = becomes("viewer").await;
        assert_eq!(page.until("closing").await.text("reason"), "moved");
        assert!(changed.elapsed() < SECOND * 5, "{:?}", changed.elapsed());

        // A viewer reads on, and misses nothing.
        bob.resumes(&session, &mut page).await;
        page.until("hello").await;
        let changed = becomes("billing").await;
        assert_eq!(page.until("closing").await.text("reason"), "moved");
        assert!(changed.elapsed() < SECOND * 5, "{:?}", changed.elapsed());
        let path = format!("sessions/{session}/events");
        assert_eq!(bob.get(&path).await.expect(403).code(), "forbidden");
    });
}

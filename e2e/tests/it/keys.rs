//! The keys that texts are sealed with, in an operator's hands.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use testkit::{Disk, Person, Script, System};

use crate::story;

async fn run(system: &System, arguments: &[&str]) -> Output {
    system.runs(&[&["keys"], arguments].concat()).await
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", words(output));
    words(output)
}

#[track_caller]
fn failed(output: &Output, code: i32, says: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", words(output));
    assert!(words(output).contains(says), "{}", words(output));
}

/// Somebody with a conversation that begins with this prompt.
async fn somebody(system: &System, prompt: &str) -> (Person, String, String) {
    system.model.when_asked(prompt, Script::says(["Said."]));
    let alice = system.sign_up("alice").await;
    let user = alice.get("me").await.expect(200).text("id");
    let session = alice.opens_a_session().await;
    let generation = alice.asks(&session, prompt).await;
    alice.reads_the_answer(&session, &generation).await;
    (alice, user, session)
}

/// What a process that has no key in its memory reads of the prompt.
async fn prompt_of(system: &System, session: &str) -> Result<Value, String> {
    let shown = system.runs(&["events", "show", "--session", session, "--type", "MessagePosted", "--open"]).await;
    let line = String::from_utf8_lossy(&shown.stdout).lines().next().map(str::to_owned);
    match line.filter(|_| shown.status.success()) {
        Some(line) => Ok(serde_json::from_str::<Value>(&line).unwrap()["data"]["private"].clone()),
        None => Err(words(&shown)),
    }
}

async fn keys_of(system: &System, user: &str) -> Vec<(i32, bool)> {
    let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let query = "select version, wrapped is null from keys.data_keys where owner = $1 order by version";
    sqlx::query_as(query).bind(user).fetch_all(&mut database).await.unwrap()
}

fn file(system: &System, name: &str) -> PathBuf {
    system.folder.path().join(format!("{name}-{}", uuid::Uuid::now_v7().simple()))
}

#[test]
fn keys_rotate_while_people_write_and_what_was_sealed_still_opens() {
    story(async |system: &System| {
        let (alice, user, session) = somebody(system, "before the rotation").await;
        assert!(done(&run(system, &["rotate"]).await).contains("were wrapped with the current key-encryption key"));
        let renewed = done(&run(system, &["rotate", "--owner", &user]).await);
        assert!(renewed.contains(&format!("{user} has a new key")), "{renewed}");
        assert_eq!(keys_of(system, &user).await, [(1, false), (2, false)]);

        system.model.when_asked("after the rotation", Script::says(["Said again."]));
        let generation = alice.asks(&session, "after the rotation").await;
        alice.reads_the_answer(&session, &generation).await;
        assert_eq!(prompt_of(system, &session).await.unwrap()["content"], "before the rotation");

        failed(&run(system, &["rotate", "--owner", "usr_nobody"]).await, 1, "usr_nobody has no key");
        let mut broken = system.atelier(&["keys", "rotate"]).unwrap();
        let broken = broken.env("ATELIER_KEYS_KEK", "too short").output().await.unwrap();
        failed(&broken, 1, "must be 32 bytes in base64");
    });
}

#[test]
fn a_backup_brings_back_what_is_missing_and_nobody_who_was_erased() {
    story(async |system: &System| {
        let (_, alice, hers) = somebody(system, "alice's prompt, kept").await;
        let (_, bob, his) = somebody(system, "bob's prompt, erased").await;
        let backup = file(system, "keys.bak");
        let to = backup.to_str().unwrap();
        let told = done(&run(system, &["backup", "--to", to, "--days", "14"]).await);
        assert!(told.contains("it can be restored for 14 days"), "{told}");
        assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(system.runs(&["forget", &bob]).await.status.success());
        let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
        for owner in [&alice, &bob] {
            let lost = sqlx::query("delete from keys.data_keys where owner = $1").bind(owner);
            assert_eq!(lost.execute(&mut database).await.unwrap().rows_affected(), 1);
        }
        assert!(prompt_of(system, &hers).await.unwrap_err().contains("there is no key"));

        let told = done(&run(system, &["restore", "--from", to]).await);
        assert!(told.contains("were missing and are back"), "{told}");
        assert_eq!(prompt_of(system, &hers).await.unwrap()["content"], "alice's prompt, kept");
        assert_eq!(prompt_of(system, &his).await.unwrap(), json!({ "erased": true }), "who was erased stays erased");
        assert_eq!(keys_of(system, &alice).await, [(1, false)]);
        assert!(keys_of(system, &bob).await.iter().all(|(_, destroyed)| *destroyed));
        let again = done(&run(system, &["restore", "--from", to]).await);
        assert!(again.contains("0 of"), "{again}");
    });
}

#[test]
fn a_backup_that_cannot_be_written_or_read_says_why_and_changes_nothing() {
    story(async |system: &System| {
        let backup = file(system, "keys.bak");
        let to = backup.to_str().unwrap();
        done(&run(system, &["backup", "--to", to]).await);
        failed(&run(system, &["backup", "--to", to]).await, 1, "cannot write");
        failed(&run(system, &["backup", "--to", "/nowhere/keys.bak"]).await, 1, "cannot write /nowhere/keys.bak");
        failed(&run(system, &["backup", "--to", to, "--days", "31"]).await, 2, "--days");

        failed(&run(system, &["restore", "--from", "/nowhere/keys.bak"]).await, 1, "cannot read /nowhere/keys.bak");
        let broken = file(system, "broken.bak");
        let mut bytes = std::fs::read(&backup).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        for (bytes, says) in [(bytes, "it was altered"), (b"garbage".to_vec(), "it has no head")] {
            std::fs::write(&broken, bytes).unwrap();
            failed(&run(system, &["restore", "--from", broken.to_str().unwrap()]).await, 1, says);
        }
        let other = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
        let mut restore = system.atelier(&["keys", "restore", "--from", to]).unwrap();
        let refused = restore.env("ATELIER_KEYS_KEK", other).output().await.unwrap();
        failed(&refused, 1, "another key-encryption key");

        let Ok(disk) = Disk::mount(1) else { return };
        disk.fill().unwrap();
        let full = disk.path().join("keys.bak");
        failed(&run(system, &["backup", "--to", full.to_str().unwrap()]).await, 1, "cannot write");
        assert!(!full.exists(), "half a backup is none");
    });
}

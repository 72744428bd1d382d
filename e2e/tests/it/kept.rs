//! Answers that the gateway keeps: given again without asking Postgres, until an event changes something.
//!
//! All stories run with a cache of an hour, so that whatever is not forgotten in time fails one of them.

use sqlx::PgPool;
use testkit::{Person, System, eventually};

use crate::story;

/// Past everybody: no event, so nobody is told.
async fn rename_behind_the_back(system: &System, project: &str, name: &str) {
    let pool = PgPool::connect(system.stack.postgres.as_str()).await.unwrap();
    let rename = "update read.projects set name = $2 where id = $1";
    let renamed = sqlx::query(rename).bind(project).bind(name).execute(&pool).await.unwrap();
    assert_eq!(renamed.rows_affected(), 1);
}

async fn names(person: &Person) -> Vec<String> {
    let listed = person.get("projects").await.expect(200);
    let items = listed.body["items"].as_array().unwrap().clone();
    items.iter().map(|project| project["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_answer_is_kept_until_an_event_changes_what_it_says() {
    story(async |system: &System| {
        let (alice, bob) = (system.sign_up("alice").await, system.sign_up("bob").await);
        let project = alice.opens_a_project("First").await;
        alice.get(&format!("projects/{project}?min_version=1")).await.expect(200);
        // Who is asking is looked up anew now and then, and then so is everything.
        eventually("an answer is kept", || async {
            let before = names(&alice).await;
            rename_behind_the_back(system, &project, &uuid::Uuid::now_v7().to_string()).await;
            (names(&alice).await == before).then_some(())
        })
        .await;
        rename_behind_the_back(system, &project, "Renamed").await;
        assert_eq!(names(&bob).await, [""; 0], "an answer is for who got it");

        let exact = alice.get(&format!("projects/{project}?min_version=1")).await.expect(200);
        assert_eq!(exact.text("name"), "Renamed", "who names a version is not answered from memory");
        assert_eq!(names(&alice).await, ["Renamed"], "and nobody goes back behind that");
        alice.opens_a_project("Second").await;
        eventually("the new one is there", || async { (names(&alice).await == ["Second", "Renamed"]).then_some(()) })
            .await;
    });
}

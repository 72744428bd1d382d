//! What people see of an answer: live, on a second device, late, and afterwards.

use serde_json::{Value, json};
use testkit::{Script, Step, System, eventually};

use crate::story;

const CARD: &str = "export default function App() {\n  return <p className=\"p-4\">Hello</p>;\n}\n";

fn with_a_card() -> Script {
    let fence = format!("Here it is.\n\n```tsx file=\"src/App.tsx\"\n{CARD}```\n\nEnjoy.");
    let deltas =
        fence.chars().collect::<Vec<_>>().chunks(7).map(|chunk| chunk.iter().collect()).collect::<Vec<String>>();
    let think = Step::Think("A card will do.".into());
    Script::new([think].into_iter().chain(deltas.into_iter().map(Step::Say)).chain([Step::Finish]))
}

#[test]
fn a_prompt_becomes_reasoning_prose_and_a_file() {
    story(async |system: &System| {
        system.model.when_asked("a friendly card", with_a_card());
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        assert_eq!(page.next().await.unwrap().event, "hello");

        let generation = alice.asks(&session, "a friendly card").await;
        let message = page.until("message").await;
        assert_eq!(message.text("content"), "a friendly card");
        page.until("generation.started").await;
        let end = page.sees_the_end(&generation).await;

        let view = page.view(&generation);
        assert_eq!(view.reasoning, "A card will do.");
        assert_eq!(view.code["src/App.tsx"], CARD);
        assert_eq!(end.event, "generation.completed");
        assert_eq!(end.data["number"], 1);
        assert_eq!(end.data["files"], json!([{ "path": "src/App.tsx", "op": "created" }]));
        assert_eq!(end.data["usage"]["prompt_tokens"], 7);
        assert_eq!(page.complaints, Vec::<String>::new());

        let stored = alice.reads_the_answer(&session, &generation).await;
        assert_eq!(stored["content"], view.explanation);
        assert_eq!(stored["reasoning"], view.reasoning);
        let version = alice.get(&format!("sessions/{session}/versions/1")).await.expect(200);
        assert_eq!(version.body["files"], json!([{ "path": "src/App.tsx", "content": CARD }]));
        assert_eq!(version.body["author"], "model");
    });
}

#[test]
fn two_devices_see_the_same_bytes() {
    story(async |system: &System| {
        system.model.when_asked("same for both", Script::says(["Both ", "see ", "this."]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut desk = alice.watches(&session).await;
        let mut phone = alice.watches(&session).await;
        let generation = alice.asks(&session, "same for both").await;

        desk.sees_the_end(&generation).await;
        phone.sees_the_end(&generation).await;
        let said =
            |page: &testkit::Page| page.seen.iter().filter(|frame| frame.event != "hello").cloned().collect::<Vec<_>>();
        assert_eq!(said(&desk), said(&phone));
    });
}

#[test]
fn a_finished_answer_replays_like_a_live_one() {
    story(async |system: &System| {
        system.model.when_asked("once more", Script::says(["Word ", "by ", "word."]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut live = alice.watches(&session).await;
        let generation = alice.asks(&session, "once more").await;
        live.sees_the_end(&generation).await;

        for from in [format!("g:{generation}"), "0".to_owned()] {
            let mut late = alice.watches_from(&session, &from).await;
            late.sees_the_end(&generation).await;
            assert_eq!(late.view(&generation).explanation, live.view(&generation).explanation, "from {from}");
            assert_eq!(late.complaints, Vec::<String>::new());
        }
    });
}

#[test]
fn prompts_queue_behind_the_running_answer() {
    story(async |system: &System| {
        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        let first = [Step::Say("one".into()), Step::Gate(gate.clone()), Step::Finish];
        system.model.when_asked("queue: first", Script::new(first));
        system.model.when_asked("queue: second", Script::says(["two"]));
        system.model.when_asked("queue: third", Script::says(["three"]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let first = alice.asks(&session, "queue: first").await;
        page.sees(&first, "one").await;
        let second = alice.asks(&session, "queue: second").await;
        let third = alice.asks(&session, "queue: third").await;
        let queued = page
            .until_such("the third is queued", |frame| {
                frame.event == "generation.queued" && frame.text("generation_id") == third
            })
            .await;
        assert_eq!(queued.data["place"], 2);

        // Stopping what waits ends it at once.
        alice.stops(&session, &second).await.expect(202);
        assert_eq!(page.sees_the_end(&second).await.event, "generation.cancelled");
        gate.add_permits(1);
        page.sees_the_end(&first).await;
        page.sees_the_end(&third).await;
        assert_eq!(page.view(&third).explanation, "three");
        assert_eq!(system.model.times_asked("queue: second"), 0);
    });
}

#[test]
fn two_answers_in_one_session_both_arrive_whole() {
    story(async |system: &System| {
        system.model.when_asked("answer one", Script::says(["first ", "answer"]));
        system.model.when_asked("answer two", Script::says(["second ", "answer"]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        for (prompt, text) in [("answer one", "first answer"), ("answer two", "second answer")] {
            let generation = alice.asks(&session, prompt).await;
            page.sees_the_end(&generation).await;
            assert_eq!(page.view(&generation).explanation, text);
        }
        assert_eq!(page.complaints, Vec::<String>::new());
    });
}

#[test]
fn an_edit_patches_the_file_it_names() {
    story(async |system: &System| {
        system.model.when_asked("patch: make it", with_a_card());
        let edit = "Greener.\n\n```tsx file=\"src/App.tsx\"\n<<<<<<< SEARCH\n  return <p className=\"p-4\">Hello</p>;\n=======\n  return <p className=\"p-4 bg-green-500\">Hello</p>;\n>>>>>>> REPLACE\n```\n";
        system.model.when_asked("patch: greener", Script::says([edit]));
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let first = alice.asks(&session, "patch: make it").await;
        page.sees_the_end(&first).await;

        let second = alice.asks(&session, "patch: greener").await;
        let end = page.sees_the_end(&second).await;
        assert_eq!(end.data["files"], json!([{ "path": "src/App.tsx", "op": "patched" }]));
        assert_eq!(end.data["number"], 2);
        let files = eventually("version 2 is there", || async {
            let version = alice.get(&format!("sessions/{session}/versions/2")).await;
            (version.status == 200).then(|| version.body["files"].clone())
        })
        .await;
        let content = files.pointer("/0/content").and_then(Value::as_str).unwrap();
        assert!(content.contains("bg-green-500") && content.contains("export default"), "{content}");
    });
}

#[test]
fn one_call_creates_what_is_missing_and_streams() {
    story(async |system: &System| {
        system.model.when_asked("generate in one call", with_a_card());
        let alice = system.sign_up("alice").await;
        let request =
            alice.request(reqwest::Method::POST, "generate").json(&json!({ "prompt": "generate in one call" }));
        let response = request.header("Idempotency-Key", "one-call").send().await.unwrap();
        assert_eq!(response.status(), 200);
        let generation = response.headers()["atelier-generation-id"].to_str().unwrap().to_owned();
        let mut page = testkit::Page::new(response);
        assert_eq!(page.sees_the_end(&generation).await.event, "generation.completed");
        assert_eq!(page.view(&generation).code["src/App.tsx"], CARD);
    });
}

//! A model that misbehaves: retried where it may help, and a typed end where it does not.

use testkit::{Frame, Person, Script, Step, System};

use crate::story;

async fn asked(alice: &Person, prompt: &str) -> (Frame, testkit::Page, String) {
    let session = alice.opens_a_session().await;
    let mut page = alice.watches(&session).await;
    let generation = alice.asks(&session, prompt).await;
    let end = page.sees_the_end(&generation).await;
    assert_eq!(page.view(&generation).terminals.len(), 1);
    (end, page, generation)
}

async fn fails_with(system: &System, prompt: &str, script: Script, code: &str, retryable: bool) {
    system.model.when_asked(prompt, script);
    let alice = system.sign_up("alice").await;
    let (end, _, _) = asked(&alice, prompt).await;
    assert_eq!(end.event, "generation.failed", "{prompt}");
    assert_eq!((end.text("code"), end.data["retryable"].as_bool()), (code, Some(retryable)), "{prompt}");
}

#[test]
fn a_busy_model_is_asked_again_and_nobody_notices() {
    story(async |system: &System| {
        let script = Script::says(["patience ", "pays"]).refusing_first([(500, None), (429, Some(1)), (503, None)]);
        system.model.when_asked("busy model", script);
        let alice = system.sign_up("alice").await;
        let (end, page, generation) = asked(&alice, "busy model").await;
        assert_eq!(end.event, "generation.completed");
        assert_eq!(page.view(&generation).explanation, "patience pays");
        assert_eq!(system.model.times_asked("busy model"), 4);
    });
}

#[test]
fn a_model_that_stays_busy_ends_the_answer() {
    story(async |system: &System| {
        let always = Script::says(["never said"]).refusing_first([(429, None); 50]);
        fails_with(system, "always busy", always, "model_rate_limited", true).await;
        let refused = Script::says(["never said"]).refusing_first([(400, None)]);
        fails_with(system, "refused request", refused, "model_refused", false).await;
    });
}

#[test]
fn an_answer_that_breaks_off_keeps_what_was_there() {
    story(async |system: &System| {
        system.model.when_asked(
            "reset story",
            Script::new([Step::Say("half an ".into()), Step::Say("answer".into()), Step::Reset]),
        );
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "reset story").await;
        let end = page.sees_the_end(&generation).await;
        assert_eq!((end.event.as_str(), end.text("code")), ("generation.failed", "model_broken"));

        let stored = alice.reads_the_answer(&session, &generation).await;
        assert_eq!(stored["content"], "half an answer");
        assert_eq!(stored["error"]["code"], "model_broken");
        assert_eq!(system.model.times_asked("reset story"), 1, "what was paid for is not asked twice");
    });
}

#[test]
fn an_answer_that_is_cut_at_its_limit_keeps_what_it_finished_and_names_what_it_did_not() {
    story(async |system: &System| {
        let cut = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n";
        let whole = "Two files.\n\n```css file=\"src/a.css\"\nbody {}\n```\n";
        let half = "\n```tsx file=\"src/App.tsx\"\nexport default function App() {\n  return <ma";
        system.model.when_asked(
            "length story",
            Script::new([Step::Say(whole.into()), Step::Say(half.into()), Step::Raw(cut.into())]),
        );
        let alice = system.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = alice.watches(&session).await;
        let generation = alice.asks(&session, "length story").await;
        let end = page.sees_the_end(&generation).await;
        assert_eq!((end.event.as_str(), end.text("finish_reason")), ("generation.completed", "length"));

        let stored = alice.reads_the_answer(&session, &generation).await;
        let words = stored["content"].as_str().unwrap();
        assert!(words.contains("> Cut off: ") && words.contains("`src/App.tsx` was not finished"), "{words}");
        assert_eq!(words, page.view(&generation).explanation, "who watched has read it too");
        let version =
            alice.get(&format!("sessions/{session}/versions/{}", end.number("number").unwrap())).await.expect(200);
        let paths: Vec<_> = version.body["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
        assert_eq!(paths, ["src/a.css"]);
    });
}

#[test]
fn malformed_silent_and_erroneous_streams_have_names() {
    story(async |system: &System| {
        let said = || Step::Say("so far".into());
        let malformed = Script::new([said(), Step::Raw("data: {\"choices\": [oops\n\n".into()), Step::Finish]);
        fails_with(system, "malformed story", malformed, "model_malformed", false).await;
        let error = "data: {\"error\": {\"message\": \"out of memory\", \"code\": 500}}\n\ndata: [DONE]\n\n";
        fails_with(system, "error story", Script::new([said(), Step::Raw(error.into())]), "model_error", true).await;
        fails_with(system, "silence story", Script::new([said(), Step::Hang]), "model_silent", true).await;
        let done = Script::new([said(), Step::Raw("data: [DONE]\n\n".into())]);
        fails_with(system, "done is not success", done, "model_broken", true).await;
    });
}

#[test]
fn line_breaks_and_quotes_survive_the_stream() {
    story(async |system: &System| {
        let odd = "a\r\nb\n\nevent: forged\ndata: {}\n\n\u{2028}\"\\ \u{1f600} \0 end";
        system.model.when_asked("odd text", Script::says([odd]));
        let alice = system.sign_up("alice").await;
        let (end, page, generation) = asked(&alice, "odd text").await;
        assert_eq!(end.event, "generation.completed");
        assert_eq!(page.view(&generation).explanation, odd.replace("\r\n", "\n"));
        assert!(!page.seen.iter().any(|frame| frame.event == "forged"));
    });
}

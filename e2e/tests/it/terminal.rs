//! `atelier generate`: a prompt from the terminal, and its files on the disk.

use std::process::{Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use testkit::{Person, Script, Step, System, eventually};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::{disturbance, story};

const CARD: &str = "A card.\n\n```tsx file=\"src/App.tsx\"\nexport default () => <p>card</p>;\n```\n\nDone.";

fn generate(system: &System, alice: &Person, prompt: &str, besides: &[&str]) -> Command {
    let mut command = system.atelier(&["generate", prompt]).unwrap();
    command.args(besides).env("ATELIER_URL", system.url.as_str()).env("ATELIER_TOKEN", &alice.token);
    command
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_prompt_from_the_terminal_streams_and_its_files_lie_on_the_disk() {
    story(async |system: &System| {
        system.model.when_asked("terminal story", Script::says([CARD]));
        let alice = system.sign_up("alice").await;
        let out = system.folder.path().join("terminal-story");
        let folder = ["--out", out.to_str().unwrap()];
        let output = generate(system, &alice, "terminal story", &folder).output().await.unwrap();
        let (words, notes) = said(&output);
        assert!(output.status.success(), "{notes}");
        assert!(
            words.starts_with("A card.") && words.contains("created src/App.tsx") && words.contains("Done."),
            "{words}"
        );
        let file = std::fs::read_to_string(out.join("src/App.tsx")).unwrap();
        assert_eq!(file.trim_end(), "export default () => <p>card</p>;");
        assert!(notes.contains("1 file(s) in"), "{notes}");

        let again = generate(system, &alice, "terminal story", &folder).output().await.unwrap();
        assert_eq!(again.status.code(), Some(1));
        assert!(said(&again).1.contains("pass --force to replace it"), "{}", said(&again).1);
        let forced = [folder[0], folder[1], "--force", "--json"];
        let forced = generate(system, &alice, "terminal story", &forced).output().await.unwrap();
        let lines = said(&forced).0;
        let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.last().unwrap()["event"], "generation.completed");
    });
}

#[test]
fn the_terminal_says_what_went_wrong_and_ends_with_an_error() {
    story(async |system: &System| {
        system.model.when_asked("terminal reset", Script::new([Step::Say("half".into()), Step::Reset]));
        let alice = system.sign_up("alice").await;
        let broken = generate(system, &alice, "terminal reset", &[]).output().await.unwrap();
        assert_eq!(broken.status.code(), Some(1));
        assert!(said(&broken).1.contains("(model_broken)"), "{}", said(&broken).1);

        let empty = generate(system, &alice, "  ", &[]).output().await.unwrap();
        assert!(said(&empty).1.contains("the prompt is empty") && said(&empty).1.contains("422"), "{}", said(&empty).1);
        let mut stranger = generate(system, &alice, "terminal reset", &[]);
        let stranger = stranger.env("ATELIER_TOKEN", "atl_a_forged").output().await.unwrap();
        assert!(said(&stranger).1.contains("401"), "{}", said(&stranger).1);
        let mut nowhere = generate(system, &alice, "terminal reset", &[]);
        let nowhere = nowhere.env_remove("ATELIER_URL").output().await.unwrap();
        assert!(said(&nowhere).1.contains("start one with `atelier up`"), "{}", said(&nowhere).1);
    });
}

#[test]
fn a_terminal_whose_edge_dies_in_the_middle_gets_the_whole_answer_once() {
    disturbance(async |system: &mut System| {
        let gate = Arc::new(Semaphore::new(0));
        let halves = [Step::Say("first half, ".into()), Step::Gate(gate.clone()), Step::Say("second half".into())];
        system.model.when_asked("terminal outage", Script::new(halves.into_iter().chain([Step::Finish])));
        let alice = system.sign_up("alice").await;
        let mut terminal = generate(system, &alice, "terminal outage", &["--json"]);
        let mut terminal = terminal.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines();
        let mut heard = String::new();
        while !heard.contains("first half") {
            heard = lines.next_line().await.unwrap().expect("it goes on");
        }

        system.front.kill().await;
        gate.add_permits(1);
        system.front.start().unwrap();
        let mut events = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            events.push(serde_json::from_str::<Value>(&line).unwrap());
        }
        assert!(terminal.wait().await.unwrap().success());
        assert_eq!(events.last().unwrap()["event"], "generation.completed");
        let words: String = events.iter().filter_map(|event| event["data"]["delta"].as_str()).collect();
        assert_eq!(words, "second half", "from the cursor on, nothing twice");
        eventually("the front is back", || async { (system.readiness(1).await == Some(200)).then_some(()) }).await;
    });
}

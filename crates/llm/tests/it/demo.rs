//! The demo answers like a model, with code that fits together.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt};
use llm::{
    Chunk, Config, Conversation, Demo, FileOp, FinishReason, Parsed, Parser, Provider, Request, Role, Turn, messages,
};

type Files = BTreeMap<String, String>;

const PROMPTS: [&str; 14] = [
    "A pricing page for a cat hotel called Purrfect",
    "Login form",
    "Sales dashboard with charts",
    "A todo list",
    "Landing page for a bakery",
    "Profile settings",
    "Kanban board",
    "An online shop in orange",
    "Calculator",
    "Chat app",
    "Pomodoro timer",
    "A table of users",
    "Something with \"quotes\", </main> and {braces} `ticks`",
    "水分を記録するアプリ",
];

const WISHES: [&str; 9] = [
    "make the buttons green",
    "change the colour to orange",
    "add dark mode",
    "Change the title to \"Hello, world\"",
    "make everything bigger",
    "make the buttons smaller",
    "add a footer please",
    "rounder corners",
    "make it dark mode, with red accents, bigger text and a footer",
];

fn request(prompt: &str, files: &Files) -> Request {
    let conversation = Conversation {
        turns: vec![Turn { role: Role::User, content: prompt.into() }],
        files: files.clone().into_iter().collect(),
    };
    Request { messages: messages(&conversation), ..Request::default() }
}

async fn chunks(prompt: &str, files: &Files) -> Vec<Chunk> {
    let stream = Demo::without_delay().stream(request(prompt, files)).await.unwrap();
    stream.try_collect().await.unwrap()
}

/// What the answer does, and the files after it.
async fn ask(prompt: &str, files: &Files) -> (Parsed, Files) {
    let mut parser = Parser::new(files.clone());
    for chunk in chunks(prompt, files).await {
        match chunk {
            Chunk::Text(text) => drop(parser.push(&text)),
            Chunk::Reasoning(text) => drop(parser.reasoning(&text)),
            Chunk::Usage(_) | Chunk::Finished(_) => {}
        }
    }
    let parsed = parser.finish().1;
    let mut after = files.clone();
    after.extend(parsed.changes.iter().map(|change| (change.path.clone(), change.content.clone().unwrap())));
    (parsed, after)
}

/// Every import is allowed, and every local one leads to a file.
fn fits_together(files: &Files) {
    for (path, content) in files {
        assert!(!content.contains("__"), "{path} has a placeholder left");
        for line in content.lines().filter(|line| line.contains(" from \"")) {
            let from = line.rsplit_once(" from \"").unwrap().1.trim_end_matches("\";");
            let file = from.strip_prefix("@/").map(|name| format!("src/{name}.tsx"));
            let allowed = ["react", "lucide-react", "recharts"].contains(&from);
            assert!(allowed || file.is_some_and(|file| files.contains_key(&file)), "{path}: {line}");
        }
        for (open, close) in [('{', '}'), ('(', ')')] {
            assert_eq!(content.matches(open).count(), content.matches(close).count(), "{open} in {path}");
        }
    }
    assert!(files["src/App.tsx"].contains("export default function App()"));
}

#[tokio::test]
async fn every_prompt_gets_working_files() {
    for prompt in PROMPTS {
        let (parsed, files) = ask(prompt, &Files::new()).await;
        assert_eq!(parsed.problems, [], "{prompt}");
        assert!(parsed.changes.iter().all(|change| change.op == FileOp::Create));
        assert!(!parsed.explanation.is_empty() && !parsed.reasoning.is_empty());
        fits_together(&files);
    }
}

#[tokio::test]
async fn every_wish_becomes_edits_of_the_current_files() {
    for prompt in PROMPTS {
        let (_, files) = ask(prompt, &Files::new()).await;
        for wish in WISHES {
            let (parsed, after) = ask(wish, &files).await;
            assert_eq!(parsed.problems, [], "{prompt} / {wish}");
            assert!(parsed.changes.iter().all(|change| change.op == FileOp::Patch), "{prompt} / {wish}");
            let sameness =
                ["An online shop in orange/change the colour to orange"].contains(&format!("{prompt}/{wish}").as_str());
            assert!(sameness || after != files, "{prompt} / {wish}: {}", parsed.explanation);
            fits_together(&after);
        }
    }
}

#[tokio::test]
async fn wishes_do_what_they_say() {
    let (_, files) = ask("A todo list", &Files::new()).await;
    let after = |wish: &'static str| {
        let files = files.clone();
        async move { ask(wish, &files).await.1.remove("src/App.tsx").unwrap() }
    };

    assert!(
        after("make the buttons green").await.contains("bg-green-700 px-4 py-2.5 text-sm font-semibold text-white")
    );
    assert!(after("change the title to \"Groceries\"").await.contains(">Groceries</h1>"));
    assert!(after("add a footer").await.contains("<footer"));
    assert!(after("add dark mode").await.contains("useState(true)"));
    assert!(after("make the headings bigger").await.contains("<h1 className=\"text-3xl"));
}

#[tokio::test]
async fn wishes_can_follow_each_other() {
    let (_, mut files) = ask("A pricing page", &Files::new()).await;
    for wish in WISHES {
        let (parsed, after) = ask(wish, &files).await;
        assert_eq!(parsed.problems, [], "{wish}");
        fits_together(&after);
        files = after;
    }
    assert!(ask("add dark mode", &files).await.0.changes.is_empty(), "it is there already");
}

#[tokio::test]
async fn something_else_becomes_new_files() {
    let (_, files) = ask("A todo list", &Files::new()).await;
    let (parsed, _) = ask("a calculator in green", &files).await;
    assert_eq!(parsed.changes[0].op, FileOp::Create);
    assert!(parsed.changes[0].content.as_ref().unwrap().contains("÷"));
}

#[tokio::test]
async fn the_same_prompt_gives_the_same_answer_and_another_one_varies() {
    let none = Files::new();
    assert_eq!(chunks("A pricing page", &none).await, chunks("A pricing page", &none).await);
    assert_ne!(chunks("A pricing page", &none).await, chunks("One pricing page", &none).await);
}

#[tokio::test]
async fn it_thinks_speaks_counts_and_stops() {
    let chunks = chunks("Calculator", &Files::new()).await;
    let first_text = chunks.iter().position(|chunk| matches!(chunk, Chunk::Text(_))).unwrap();
    assert!(chunks[..first_text].iter().all(|chunk| matches!(chunk, Chunk::Reasoning(_))) && first_text > 0);
    let [.., Chunk::Usage(usage), Chunk::Finished(FinishReason::Stop)] = &chunks[..] else { panic!("no proper end") };
    assert_eq!(usage.completion_tokens as usize, chunks.len() - 2);
    assert_eq!(usage.reasoning_tokens, Some(first_text as u64));
    assert_eq!(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

#[tokio::test]
async fn the_pace_is_kept() {
    let config = Config { demo_pace: 200, demo_first_token: Duration::from_millis(30), ..Config::default() };
    let begun = Instant::now();
    let stream = llm::provider(config).unwrap().stream(request("Calculator", &Files::new())).await.unwrap();
    assert_eq!(stream.take(21).count().await, 21);
    assert!(begun.elapsed() >= Duration::from_millis(130), "20 pauses of 5 ms after the first 30");
}

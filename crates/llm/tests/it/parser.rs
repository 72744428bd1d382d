//! The parser, above all: no split of any text changes what it finds.

use std::collections::BTreeMap;

use llm::{FileChange, FileOp, Parsed, Parser, Piece, Problem};
use proptest::{collection::vec, prelude::*, sample::select};

const APP: &str = "export default function App() {\n  return <p>Hello</p>;\n}\n";

fn base() -> BTreeMap<String, String> {
    [("src/App.tsx", APP), ("src/Old.tsx", "old\n"), ("twice.txt", "a\na\n")]
        .map(|(path, content)| (path.to_owned(), content.to_owned()))
        .into()
}

/// Pieces with joined neighbours, and the whole.
fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<Piece>, Parsed) {
    let mut parser = Parser::new(base());
    let mut pieces: Vec<Piece> = texts.into_iter().flat_map(|text| parser.push(text)).collect();
    let (last, parsed) = parser.finish();
    pieces.extend(last);
    (joined(pieces), parsed)
}

fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), &piece) {
            (Some(Piece::Explanation(a)), Piece::Explanation(b)) | (Some(Piece::Reasoning(a)), Piece::Reasoning(b)) => {
                a.push_str(b);
            }
            (
                Some(Piece::Code { path, delta, edit }),
                Piece::Code { path: next_path, delta: next, edit: next_edit },
            ) if path == next_path && edit == next_edit => delta.push_str(next),
            _ => joined.push(piece),
        }
    }
    joined
}

fn change(path: &str, op: FileOp, content: Option<&str>) -> FileChange {
    FileChange { path: path.into(), op, content: content.map(str::to_owned) }
}

fn create(path: &str, content: &str) -> FileChange {
    change(path, FileOp::Create, Some(content))
}

fn changes(text: &str) -> Vec<FileChange> {
    parse([text]).1.changes
}

fn problems(text: &str) -> Vec<Problem> {
    parse([text]).1.problems
}

#[test]
fn an_answer_is_prose_thinking_and_files() {
    let text = "<think>hm</think>\nHere.\n\n```tsx file=\"@/Card.tsx\"\nexport {};\n```\nDone.\n";
    let (pieces, parsed) = parse([text]);
    assert_eq!(
        pieces,
        [
            Piece::Reasoning("hm".into()),
            Piece::Explanation("Here.".into()),
            Piece::Code { path: "src/Card.tsx".into(), delta: "export {};\n".into(), edit: false },
            Piece::File(create("src/Card.tsx", "export {};\n")),
            Piece::Explanation("\n\nDone.".into()),
        ]
    );
    assert_eq!((parsed.explanation.as_str(), parsed.reasoning.as_str()), ("Here.\n\nDone.", "hm"));
    assert_eq!(parsed.problems, []);
}

#[test]
fn an_edit_patches_the_file_it_names() {
    let text = "```tsx file=\"src/App.tsx\"\n<<<<<<< SEARCH\n  return <p>Hello</p>;\n=======\n  return <p>Bye</p>;\n>>>>>>> REPLACE\n```\n";
    let (pieces, parsed) = parse([text]);
    assert!(matches!(&pieces[0], Piece::Code { edit: true, .. }));
    assert_eq!(parsed.changes, [change("src/App.tsx", FileOp::Patch, Some(&APP.replace("Hello", "Bye")))]);
}

#[test]
fn an_edit_that_does_not_fit_keeps_the_file_and_says_so() {
    let edit = |path: &str, search: &str| {
        format!("```\n```\n```x file=\"{path}\"\n<<<<<<< SEARCH\n{search}\n=======\nb\n>>>>>>> REPLACE\n```\n")
    };
    assert_eq!(problems(&edit("src/App.tsx", "nowhere")), [Problem::NoMatch { path: "src/App.tsx".into(), block: 1 }]);
    assert_eq!(problems(&edit("twice.txt", "a")), [Problem::Ambiguous { path: "twice.txt".into(), block: 1 }]);
    assert_eq!(problems(&edit("none.txt", "a")), [Problem::NoSuchFile { path: "none.txt".into() }]);
    assert_eq!(changes(&edit("src/App.tsx", "nowhere")), []);
}

#[test]
fn files_are_deleted_and_renamed() {
    let text = "```tsx file=\"src/Old.tsx\" op=\"delete\"\n```\n```tsx file=\"src/Main.tsx\" op=\"rename\" from=\"src/App.tsx\"\n```\n";
    assert_eq!(
        changes(text),
        [
            change("src/Old.tsx", FileOp::Delete, None),
            change("src/Main.tsx", FileOp::Rename { from: "src/App.tsx".into() }, Some(APP)),
        ]
    );
    assert_eq!(problems("```x file=\"no\" op=\"delete\"\n```"), [Problem::NoSuchFile { path: "no".into() }]);
}

#[test]
fn later_edits_see_earlier_ones() {
    let text =
        "```x file=\"n.txt\"\none\n```\n```x file=\"n.txt\"\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n```\n";
    assert_eq!(changes(text), [create("n.txt", "one\n"), change("n.txt", FileOp::Patch, Some("two\n"))]);
}

#[test]
fn writing_what_is_there_already_is_nothing() {
    assert_eq!(parse([format!("```tsx file=\"src/App.tsx\"\n{APP}```\n").as_str()]).1.changes, []);
}

#[test]
fn a_block_without_a_path_belongs_to_the_prose() {
    let text = "Run:\n```bash\nnpm i\n\n\n\nnpm t\n```\nThen `x`.";
    let (pieces, parsed) = parse([text]);
    assert_eq!(pieces, [Piece::Explanation(text.into())]);
    assert_eq!(parsed.changes, []);
}

#[test]
fn a_bad_path_is_prose_and_a_problem() {
    let text = "```tsx file=\"../x\"\ncode\n```\n";
    let (pieces, parsed) = parse([text]);
    assert_eq!(pieces, [Piece::Explanation(text.into())]);
    assert_eq!(parsed.problems[0].code(), "file_bad_path");
}

#[test]
fn a_longer_fence_holds_shorter_ones() {
    let text = "````md file=\"README.md\"\n```bash\nls\n```\n````\n";
    assert_eq!(changes(text), [create("README.md", "```bash\nls\n```\n")]);
    let equal = "```md file=\"README.md\"\n```bash\nls\n```\nend\n```\n";
    assert_eq!(changes(equal), [create("README.md", "```bash\nls\n```\nend\n")]);
    let inside = "```ts file=\"a.ts\"\nconst s = `\n``` x\n`;\n```\n";
    assert_eq!(changes(inside), [create("a.ts", "const s = `\n``` x\n`;\n")]);
}

#[test]
fn a_fence_in_a_list_loses_its_indentation() {
    let text = "1. Card\n   ```tsx file=\"a.tsx\"\n   <p>\n     a\n   ```\n";
    assert_eq!(changes(text), [create("a.tsx", "<p>\n  a\n")]);
}

#[test]
fn a_cut_answer_keeps_what_is_there() {
    let (pieces, parsed) = parse(["```tsx file=\"a.tsx\"\nhalf a li"]);
    assert_eq!(parsed.changes, [create("a.tsx", "half a li")]);
    assert_eq!(parsed.problems, [Problem::Unclosed { path: "a.tsx".into() }]);
    assert_eq!(pieces.len(), 2);
    assert_eq!(changes("```tsx file=\"src/App.tsx\"\n"), [], "a file is not emptied by a cut");
    assert_eq!(problems("```tsx file=\"a.tsx\"\nx\n```"), [], "the last line end may be missing");
}

#[test]
fn a_forgotten_end_ends_where_the_next_file_begins() {
    let text = "```tsx file=\"a.tsx\"\na\n```tsx file=\"b.tsx\"\nb\n```\n";
    assert_eq!(changes(text), [create("a.tsx", "a\n"), create("b.tsx", "b\n")]);
    assert_eq!(problems(text), [Problem::Unclosed { path: "a.tsx".into() }]);
}

#[test]
fn left_out_code_is_refused() {
    let text = "```tsx file=\"src/App.tsx\"\nexport default function App() {\n  // ... rest of the code\n}\n```\n";
    assert_eq!(changes(text), []);
    assert_eq!(problems(text), [Problem::Elided { path: "src/App.tsx".into(), line: 2 }]);
}

#[test]
fn windows_line_ends_are_line_ends() {
    let text = "```tsx file=\"a.tsx\"\r\n<p>\r\n</p>\r\n```\r\n";
    assert_eq!(changes(text), [create("a.tsx", "<p>\n</p>\n")]);
}

#[test]
fn thinking_given_apart_is_passed_on_at_once() {
    let mut parser = Parser::new(base());
    assert_eq!(parser.reasoning("hm"), [Piece::Reasoning("hm".into())]);
    assert_eq!(parser.reasoning(""), []);
    assert_eq!(parser.finish().1.reasoning, "hm");
}

#[test]
fn nothing_is_held_back_that_is_decided() {
    let mut parser = Parser::new(base());
    assert_eq!(parser.push("Hel"), [Piece::Explanation("Hel".into())]);
    assert_eq!(parser.push("lo ``"), [Piece::Explanation("lo ``".into())], "not at the start of a line");
    assert_eq!(parser.push("\n``"), [], "may become a fence");
    assert_eq!(parser.push("x <"), [Piece::Explanation("\n``x ".into())], "may become a tag");
    assert_eq!(parser.push("b"), [Piece::Explanation("<b".into())]);
    parser.push("\n```tsx file=\"a.tsx\"\n");
    let code = |delta: &str| vec![Piece::Code { path: "a.tsx".into(), delta: delta.into(), edit: false }];
    assert_eq!(parser.push("<"), [], "may become an edit");
    assert_eq!(parser.push("d"), code("<d"));
    assert_eq!(parser.push("iv"), code("iv"));
}

#[test]
fn a_long_line_is_not_held_for_ever() {
    let mut parser = Parser::new(base());
    let line = format!("```{}", "x".repeat(3000));
    let pieces = parser.push(&line);
    assert_eq!(joined(pieces), [Piece::Explanation(line)]);
}

/// Text made of what the parser has to tell apart.
fn tricky() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        6 => select(vec![
            "\n", "```", "````", "~~~", "`", "<", "<think>", "</think>", "<thinking>", "</thi", "tsx file=\"src/App.tsx\"",
            "tsx file=\"a.tsx\"\n", " file=\"b.md\"\n", " file=\"../x\"\n", " op=\"delete\"", " op=\"rename\" from=\"src/Old.tsx\"\n",
            "<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "  return <p>Hello</p>;\n", "a\n", "\r\n", "\r", "  ", "\n```\n", "\n// ... rest of the code\n", "é", "😀",
            "\n```tsx file=\"src/App.tsx\"\n<<<<<<< SEARCH\n",
        ]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// The same text, split at the given places.
fn split<'a>(text: &'a str, at: &[prop::sample::Index]) -> Vec<&'a str> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut cuts: Vec<usize> = at.iter().map(|index| *index.get(&ends)).chain([0, text.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_split_changes_anything(text in tricky(), at in vec(any::<prop::sample::Index>(), 0..12)) {
        let whole = parse([text.as_str()]);
        prop_assert_eq!(&parse(split(&text, &at)), &whole);
        let characters: Vec<String> = text.chars().map(String::from).collect();
        prop_assert_eq!(&parse(characters.iter().map(String::as_str)), &whole);
    }

    #[test]
    fn any_garbage_has_a_meaning(text in "\\PC*|[\\s`~<>=a-z\"]{0,200}") {
        let (pieces, parsed) = parse([text.as_str()]);
        let joined: String = pieces.iter().filter_map(|p| if let Piece::Explanation(t) = p { Some(t.as_str()) } else { None }).collect();
        prop_assert_eq!(joined, parsed.explanation);
    }

    #[test]
    fn the_code_of_a_new_file_is_its_content(content in "([a-z <>{}/.;`]{0,20}\n){0,8}") {
        prop_assume!(!content.lines().any(|line| line.trim_start().starts_with("```")));
        let text = format!("```tsx file=\"new.tsx\"\n{content}```\n");
        let (pieces, parsed) = parse([text.as_str()]);
        let code: String = pieces.iter().filter_map(|p| if let Piece::Code { delta, .. } = p { Some(delta.as_str()) } else { None }).collect();
        prop_assert_eq!(&code, &content);
        prop_assert_eq!(parsed.changes, [create("new.tsx", &content)]);
    }
}

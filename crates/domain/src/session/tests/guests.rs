use super::story::{NOBODY, ask, file, story};
use crate::session::{Command, Event};
use crate::{ProjectRole, Rejection, UserId};

fn guest(role: ProjectRole, command: Command) -> Command {
    Command::Guest { role, command: Box::new(command) }
}

#[test]
fn an_editor_asks_in_a_session_of_somebody_else_and_is_its_author() {
    let s = story();
    let first = ask();
    let post = s.post_as(s.mallory, first, "A pricing page", None);
    let state = s.opened().when(guest(ProjectRole::Editor, post.clone())).then_state();
    assert_eq!(state.identity.unwrap().owner, s.ada, "it stays the owner's");
    assert_eq!(state.running.unwrap().generation_id, first.generation_id);
    let author = |past: &[Event]| {
        past.iter().find_map(|event| match event {
            Event::MessagePosted(posted) => Some(posted.author),
            _ => None,
        })
    };
    let posted = s.opened().and(guest(ProjectRole::Editor, post));
    assert_eq!(author(posted.past()), Some::<UserId>(s.mallory));
}

#[test]
fn an_editor_stops_renames_and_brings_files_in() {
    let s = story();
    let first = ask();
    let editor = |command| guest(ProjectRole::Editor, command);
    let cancel = Command::Cancel { by: s.mallory, generation_id: first.generation_id };
    assert!(s.started(first).when(editor(cancel)).then_state().running.is_some());
    let state = s.opened().when(editor(s.rename(s.mallory, "Ours"))).then_state();
    assert_eq!(state.title, "Ours");
    let import = Command::Import { by: s.mallory, base_version: 0, changes: vec![file("a")] };
    let state = s.opened().when(editor(import)).then_state();
    assert_eq!((state.head, state.identity.unwrap().owner), (1, s.ada));
}

#[test]
fn a_viewer_reads() {
    let s = story();
    let read = || Rejection::NotAllowed("this project is shared with you to read: ask its owner to make you an editor");
    let viewer = |command| guest(ProjectRole::Viewer, command);
    let post = s.post_as(s.mallory, ask(), "A pricing page", None);
    s.opened().when(viewer(post)).then_rejected(read());
    s.opened().when(viewer(s.rename(s.mallory, "Mine"))).then_rejected(read());
    s.opened().when(viewer(Command::Delete { by: s.mallory })).then_rejected(read());
}

#[test]
fn an_editor_deletes_nothing_and_revives_nothing() {
    let s = story();
    let delete = || guest(ProjectRole::Editor, Command::Delete { by: s.mallory });
    s.opened().when(delete()).then_rejected(Rejection::NotAllowed("it takes the owner of the project"));
    s.deleted().when(delete()).then_rejected(NOBODY);
    let post = s.post_as(s.mallory, ask(), "A pricing page", None);
    s.deleted().when(guest(ProjectRole::Editor, post)).then_rejected(NOBODY);
}

#[test]
fn what_no_person_asks_is_no_guest_s() {
    let s = story();
    let first = ask();
    s.asked(first).when(guest(ProjectRole::Editor, s.start(first))).then_rejected(Rejection::NotYours);
    s.opened().when(guest(ProjectRole::Editor, s.open())).then_rejected(Rejection::NotYours);
}

use super::*;
use crate::given::Given;

struct Story {
    project_id: ProjectId,
    ada: UserId,
    mallory: UserId,
}

fn story() -> Story {
    Story { project_id: ProjectId::generate(), ada: UserId::generate(), mallory: UserId::generate() }
}

fn given(past: impl IntoIterator<Item = Event>) -> Given<Project> {
    Given::events(past)
}

fn label(name: &str, description: Option<&str>) -> Label {
    Label { name: name.to_owned(), description: description.map(str::to_owned) }
}

impl Story {
    fn create(&self, by: UserId, label: Label) -> Command {
        Command::Create { project_id: self.project_id, owner: by, label }
    }

    fn created(&self) -> Event {
        ProjectCreated { project_id: self.project_id, owner: self.ada, private: Some(label("Shop", None)) }.into()
    }

    fn deleted(&self) -> Event {
        ProjectDeleted { project_id: self.project_id }.into()
    }

    fn renamed(&self, old: Label, new: Label) -> Event {
        ProjectRenamed { project_id: self.project_id, private: Some(LabelChange { old, new }) }.into()
    }
}

fn rename(by: UserId, name: Option<&str>, description: Option<&str>) -> Command {
    Command::Rename { by, name: name.map(str::to_owned), description: description.map(str::to_owned) }
}

#[test]
fn someone_begins_a_project() {
    let s = story();
    given([]).when(s.create(s.ada, label("Shop", None))).then([s.created()]);
}

#[test]
fn creating_twice_changes_nothing() {
    let s = story();
    given([s.created()]).when(s.create(s.ada, label("Shop", None))).then_nothing();
}

#[test]
fn a_project_is_not_created_over_another_nor_again_when_it_is_gone() {
    let s = story();
    let again = || s.create(s.mallory, label("Mine", None));
    given([s.created()]).when(again()).then_rejected(Rejection::AlreadyExists);
    let revived = s.create(s.ada, label("Shop", None));
    given([s.created(), s.deleted()]).when(revived).then_rejected(Rejection::AlreadyExists);
}

#[test]
fn labels_have_rules_at_birth_and_later() {
    let s = story();
    for (bad, rejection) in [
        (label("  ", None), Rejection::Required("name")),
        (label(&"x".repeat(MAX_NAME + 1), None), Rejection::TooLong { length: MAX_NAME + 1, limit: MAX_NAME }),
        (
            label("Shop", Some(&"x".repeat(MAX_DESCRIPTION + 1))),
            Rejection::TooLong { length: MAX_DESCRIPTION + 1, limit: MAX_DESCRIPTION },
        ),
    ] {
        given([]).when(s.create(s.ada, bad.clone())).then_rejected(rejection.clone());
        let later = rename(s.ada, Some(&bad.name), bad.description.as_deref());
        given([s.created()]).when(later).then_rejected(rejection);
    }
}

#[test]
fn what_is_not_said_stays() {
    let s = story();
    let described = s.renamed(label("Shop", None), label("Shop", Some("Sells.")));
    let named = s.renamed(label("Shop", Some("Sells.")), label("Store", Some("Sells.")));
    given([s.created()]).when(rename(s.ada, None, Some("Sells."))).then([described.clone()]);
    given([s.created(), described]).when(rename(s.ada, Some("Store"), None)).then([named]);
}

#[test]
fn the_same_label_again_changes_nothing() {
    let s = story();
    given([s.created()]).when(rename(s.ada, Some("Shop"), None)).then_nothing();
    given([s.created()]).when(rename(s.ada, None, None)).then_nothing();
}

#[test]
fn a_project_is_put_away_once() {
    let s = story();
    given([s.created()]).when(Command::Delete { by: s.ada }).then([s.deleted()]);
    given([s.created(), s.deleted()]).when(Command::Delete { by: s.ada }).then_nothing();
}

#[test]
fn nobody_touches_a_stranger_s_project() {
    let s = story();
    given([s.created()]).when(rename(s.mallory, Some("Mine"), None)).then_rejected(Rejection::NotYours);
    given([s.created()]).when(Command::Delete { by: s.mallory }).then_rejected(Rejection::NotYours);
    given([s.created(), s.deleted()]).when(Command::Delete { by: s.mallory }).then_rejected(Rejection::NotYours);
}

#[test]
fn what_is_not_there_cannot_change() {
    let s = story();
    let missing = || Rejection::NotFound("project");
    given([]).when(rename(s.ada, Some("Shop"), None)).then_rejected(missing());
    given([]).when(Command::Delete { by: s.ada }).then_rejected(missing());
    given([s.created(), s.deleted()]).when(rename(s.ada, Some("Shop"), None)).then_rejected(missing());
}

#[test]
fn strangers_hear_the_same_as_for_nothing() {
    assert_eq!(Rejection::NotYours.code(), Rejection::NotFound("project").code());
    let s = story();
    let live = given([s.created()]).state();
    assert_eq!(live.role_of(s.ada), Some(ProjectRole::Owner));
    assert_eq!(live.role_of(s.mallory), None);
    let gone = given([s.created(), s.deleted()]).state();
    assert_eq!(gone.role_of(s.ada), None);
}

#[test]
fn an_erased_label_still_replays() {
    let s = story();
    let past = [
        ProjectCreated { project_id: s.project_id, owner: s.ada, private: None }.into(),
        ProjectRenamed { project_id: s.project_id, private: None }.into(),
    ];
    let state = given(past).state();
    assert_eq!(
        state,
        Project::Live { project_id: s.project_id, owner: s.ada, label: Label::default(), members: Members::new() }
    );
    assert_eq!(state.owners(), Some(KeyOwners { texts: s.ada.into(), project: Some(s.project_id) }));
}

impl Story {
    fn erase_owner(&self, to: Option<UserId>) -> Command {
        Command::EraseOwner { owner: self.ada, to }
    }

    fn transferred(&self) -> Event {
        let private = Some(label(TRANSFERRED, None));
        ProjectTransferred { project_id: self.project_id, from: self.ada, to: self.mallory, private }.into()
    }

    fn erased(&self) -> Event {
        ProjectErased { project_id: self.project_id }.into()
    }
}

#[test]
fn an_erased_owner_s_project_goes_to_somebody_without_the_name_they_gave_it() {
    let s = story();
    given([s.created()]).when(s.erase_owner(Some(s.mallory))).then([s.transferred()]);
    let after = given([s.created(), s.transferred()]).state();
    assert_eq!(after.owner(), Some(s.mallory));
    assert_eq!(after.owners(), Some(KeyOwners { texts: s.mallory.into(), project: Some(s.project_id) }));
    let renamed = s.renamed(label(TRANSFERRED, None), label("Ours", None));
    given([s.created(), s.transferred()]).when(rename(s.mallory, Some("Ours"), None)).then([renamed]);
    given([s.created(), s.transferred()]).when(rename(s.ada, Some("Mine"), None)).then_rejected(Rejection::NotYours);
}

#[test]
fn without_an_heir_or_put_away_before_it_is_erased() {
    let s = story();
    given([s.created()]).when(s.erase_owner(None)).then([s.erased()]);
    given([s.created(), s.deleted()]).when(s.erase_owner(Some(s.mallory))).then([s.erased()]);
    let state = given([s.created(), s.erased()]).state();
    assert!(!state.is_live());
    given([s.created(), s.erased()]).when(rename(s.ada, Some("x"), None)).then_rejected(Rejection::NotFound("project"));
    let again = s.create(s.ada, label("Shop", None));
    given([s.created(), s.erased()]).when(again).then_rejected(Rejection::AlreadyExists);
}

#[test]
fn erasing_an_owner_twice_changes_nothing_and_strangers_own_nothing_here() {
    let s = story();
    given([s.created(), s.transferred()]).when(s.erase_owner(None)).then_nothing();
    given([s.created(), s.erased()]).when(s.erase_owner(None)).then_nothing();
    let stranger = Command::EraseOwner { owner: s.mallory, to: None };
    given([s.created()]).when(stranger.clone()).then_nothing();
    given([]).when(stranger).then_rejected(Rejection::NotFound("project"));
}

impl Story {
    fn share(&self, by: UserId, role: ProjectRole) -> Command {
        Command::Share { by, user: self.mallory, role }
    }

    fn unshare(&self, by: UserId) -> Command {
        Command::Unshare { by, user: self.mallory }
    }

    fn shared(&self, old: Option<ProjectRole>, role: ProjectRole) -> Event {
        ProjectShared { project_id: self.project_id, user_id: self.mallory, old, role, by: self.ada }.into()
    }

    fn unshared(&self, role: ProjectRole, by: UserId) -> Event {
        ProjectUnshared { project_id: self.project_id, user_id: self.mallory, role, by }.into()
    }
}

const EDITOR: ProjectRole = ProjectRole::Editor;
const VIEWER: ProjectRole = ProjectRole::Viewer;

#[test]
fn the_owner_shares_a_project_and_changes_what_somebody_may_do_in_it() {
    let s = story();
    given([s.created()]).when(s.share(s.ada, VIEWER)).then([s.shared(None, VIEWER)]);
    given([s.created(), s.shared(None, VIEWER)]).when(s.share(s.ada, VIEWER)).then_nothing();
    given([s.created(), s.shared(None, VIEWER)]).when(s.share(s.ada, EDITOR)).then([s.shared(Some(VIEWER), EDITOR)]);
    let state = given([s.created(), s.shared(None, VIEWER), s.shared(Some(VIEWER), EDITOR)]).state();
    assert_eq!(state.role_of(s.mallory), Some(EDITOR));
}

#[test]
fn nobody_but_the_owner_shares_renames_or_deletes() {
    let s = story();
    let takes_owner = || Rejection::NotAllowed("it takes the owner of the project");
    let shared = || given([s.created(), s.shared(None, EDITOR)]);
    shared().when(s.share(s.mallory, EDITOR)).then_rejected(takes_owner());
    shared().when(rename(s.mallory, Some("Mine"), None)).then_rejected(takes_owner());
    shared().when(Command::Delete { by: s.mallory }).then_rejected(takes_owner());
    given([s.created()]).when(s.share(s.mallory, EDITOR)).then_rejected(Rejection::NotYours);
    given([s.created(), s.deleted()]).when(s.share(s.ada, EDITOR)).then_rejected(Rejection::NotFound("project"));
}

#[test]
fn a_project_has_one_owner() {
    let s = story();
    let one = || Rejection::NotAllowed("a project has one owner, who keeps every right");
    given([s.created()]).when(s.share(s.ada, ProjectRole::Owner)).then_rejected(one());
    let oneself = Command::Share { by: s.ada, user: s.ada, role: VIEWER };
    given([s.created()]).when(oneself).then_rejected(one());
}

#[test]
fn whoever_is_taken_out_or_leaves_sees_it_no_more() {
    let s = story();
    let shared = || given([s.created(), s.shared(None, EDITOR)]);
    shared().when(s.unshare(s.ada)).then([s.unshared(EDITOR, s.ada)]);
    shared().when(s.unshare(s.mallory)).then([s.unshared(EDITOR, s.mallory)]);
    let after = || given([s.created(), s.shared(None, EDITOR), s.unshared(EDITOR, s.ada)]);
    assert_eq!(after().state().role_of(s.mallory), None);
    after().when(s.unshare(s.ada)).then_nothing();
    after().when(s.unshare(s.mallory)).then_rejected(Rejection::NotYours);
    let other = Command::Unshare { by: s.mallory, user: s.ada };
    shared().when(other).then_rejected(Rejection::NotAllowed("it takes the owner of the project"));
}

#[test]
fn who_leaves_the_organisation_or_is_erased_is_taken_out_without_asking() {
    let s = story();
    let remove = || Command::RemoveMember { by: s.mallory, user: s.mallory };
    given([s.created(), s.shared(None, VIEWER)]).when(remove()).then([s.unshared(VIEWER, s.mallory)]);
    given([s.created()]).when(remove()).then_nothing();
    given([s.created(), s.deleted()]).when(remove()).then_nothing();
    given([]).when(remove()).then_nothing();
}

#[test]
fn an_heir_is_no_guest_any_more_and_the_other_guests_stay() {
    let s = story();
    let cleo = UserId::generate();
    let with_cleo =
        ProjectShared { project_id: s.project_id, user_id: cleo, old: None, role: VIEWER, by: s.ada }.into();
    let state = given([s.created(), s.shared(None, EDITOR), with_cleo, s.transferred()]).state();
    assert_eq!(state.role_of(s.mallory), Some(ProjectRole::Owner));
    assert_eq!((state.role_of(cleo), state.role_of(s.ada)), (Some(VIEWER), None));
}

#[test]
fn what_a_snapshot_from_before_says_is_shared_with_nobody() {
    let s = story();
    let old =
        serde_json::json!({ "Live": { "project_id": s.project_id, "owner": s.ada, "label": label("Shop", None) } });
    let state: Project = serde_json::from_value(old).unwrap();
    assert_eq!(state, given([s.created()]).state());
}

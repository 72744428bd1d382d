use super::story::Story;
use crate::given::Given;
use crate::tenant::{Command, MemberRemoved, MemberRoleChanged, NameChange, Tenant, TenantRenamed};
use crate::{Aggregate as _, KeyHolder, KeyOwners, Rejection, Role, UserId};

fn change(by: UserId, user: UserId, role: Role) -> Command {
    Command::ChangeRole { by, user, role }
}

fn remove(by: UserId, user: UserId) -> Command {
    Command::RemoveMember { by, user }
}

const NOT_A_MANAGER: Rejection = Rejection::NotAllowed("it takes an owner or an admin of the organisation");
const NOT_AN_OWNER: Rejection = Rejection::NotAllowed("it takes an owner of the organisation to decide about owners");

#[test]
fn a_tenant_begins_with_its_owner() {
    let s = Story::new();
    Given::<Tenant>::events([]).when(s.create(s.ada)).then(s.created());
    let unnamed = Command::Create { tenant_id: s.tenant_id, owner: s.ada, home: true, name: None };
    Given::<Tenant>::events([]).when(unnamed).then([s.created()[0].clone()]);
    let state = s.begun().state();
    assert_eq!((state.role_of(s.ada), state.role_of(s.mallory)), (Some(Role::Owner), None));
    assert_eq!(state.owners(), Some(KeyOwners { texts: KeyHolder::Tenant(s.tenant_id), project: None }));
    assert_eq!(Tenant::default().owners(), None);
}

#[test]
fn creating_it_again_changes_nothing_and_nobody_takes_it_over() {
    let s = Story::new();
    s.begun().when(s.create(s.ada)).then_nothing();
    s.begun().when(s.create(s.mallory)).then_rejected(Rejection::AlreadyExists);
}

#[test]
fn nothing_happens_to_a_tenant_that_is_not_there() {
    let s = Story::new();
    Given::<Tenant>::events([]).when(remove(s.ada, s.ada)).then_rejected(Rejection::NotFound("organisation"));
}

#[test]
fn owners_and_admins_rename_it_and_nobody_else_does() {
    let s = Story::new();
    let rename = |by, name: &str| Command::Rename { by, name: name.to_owned() };
    let change = NameChange { old: Some("Acme".to_owned()), new: "Ajax".to_owned() };
    let renamed = TenantRenamed { tenant_id: s.tenant_id, private: Some(change) };
    for by in [s.ada, s.bob] {
        s.staffed().when(rename(by, " Ajax ")).then([renamed.clone().into()]);
    }
    s.staffed().when(rename(s.ada, "Acme")).then_nothing();
    s.staffed().when(rename(s.ada, "  ")).then_rejected(Rejection::Required("name"));
    s.staffed().when(rename(s.cleo, "Ajax")).then_rejected(NOT_A_MANAGER);
    s.staffed().when(rename(s.mallory, "Ajax")).then_rejected(Rejection::NotYours);
}

#[test]
fn a_role_changes_and_the_event_knows_the_old_one() {
    let s = Story::new();
    let (old, role) = (Role::Member, Role::Viewer);
    let changed = MemberRoleChanged { tenant_id: s.tenant_id, user_id: s.cleo, old, role, by: s.bob };
    s.staffed().when(change(s.bob, s.cleo, role)).then([changed.into()]);
    s.staffed().and(change(s.bob, s.cleo, role)).when(change(s.ada, s.cleo, role)).then_nothing();
}

#[test]
fn only_owners_decide_about_owners() {
    let s = Story::new();
    s.staffed().when(change(s.bob, s.cleo, Role::Owner)).then_rejected(NOT_AN_OWNER);
    s.staffed().when(change(s.bob, s.ada, Role::Member)).then_rejected(NOT_AN_OWNER);
    s.staffed().when(remove(s.bob, s.ada)).then_rejected(NOT_AN_OWNER);
    let two = s.staffed().and(change(s.ada, s.bob, Role::Owner));
    two.and(change(s.bob, s.ada, Role::Member)).when(remove(s.bob, s.ada)).then([MemberRemoved {
        tenant_id: s.tenant_id,
        user_id: s.ada,
        role: Role::Member,
        by: s.bob,
    }
    .into()]);
}

#[test]
fn nobody_but_a_manager_changes_a_role_and_nobody_has_one_who_is_not_there() {
    let s = Story::new();
    s.staffed().when(change(s.cleo, s.cleo, Role::Admin)).then_rejected(NOT_A_MANAGER);
    s.staffed().when(change(s.mallory, s.cleo, Role::Viewer)).then_rejected(Rejection::NotYours);
    s.staffed().when(change(s.ada, s.mallory, Role::Viewer)).then_rejected(Rejection::NotFound("member"));
}

#[test]
fn the_last_owner_stays_an_owner_and_stays() {
    let s = Story::new();
    s.staffed().when(change(s.ada, s.ada, Role::Member)).then_rejected(Rejection::LastOwner);
    s.staffed().when(remove(s.ada, s.ada)).then_rejected(Rejection::LastOwner);
    let two = s.staffed().and(change(s.ada, s.bob, Role::Owner));
    let left = MemberRemoved { tenant_id: s.tenant_id, user_id: s.ada, role: Role::Owner, by: s.ada };
    two.when(remove(s.ada, s.ada)).then([left.into()]);
}

/// Both see two owners and go; whoever comes second decides again on what the first one left.
#[test]
fn two_owners_who_leave_at_once_leave_one_behind() {
    let s = Story::new();
    let two = s.staffed().and(change(s.ada, s.bob, Role::Owner));
    let after_the_first = two.and(remove(s.ada, s.ada));
    after_the_first.when(remove(s.bob, s.bob)).then_rejected(Rejection::LastOwner);
}

#[test]
fn somebody_leaves_or_is_removed_once() {
    let s = Story::new();
    let removed = |by| MemberRemoved { tenant_id: s.tenant_id, user_id: s.cleo, role: Role::Member, by };
    s.staffed().when(remove(s.cleo, s.cleo)).then([removed(s.cleo).into()]);
    s.staffed().when(remove(s.bob, s.cleo)).then([removed(s.bob).into()]);
    s.staffed().and(remove(s.bob, s.cleo)).when(remove(s.ada, s.cleo)).then_nothing();
    s.staffed().and(remove(s.cleo, s.cleo)).when(remove(s.cleo, s.cleo)).then_nothing();
}

#[test]
fn strangers_neither_leave_nor_remove() {
    let s = Story::new();
    s.staffed().when(remove(s.mallory, s.mallory)).then_rejected(Rejection::NotYours);
    s.staffed().when(remove(s.mallory, s.cleo)).then_rejected(Rejection::NotYours);
    s.staffed().when(remove(s.cleo, s.bob)).then_rejected(NOT_A_MANAGER);
    s.staffed().when(remove(s.ada, s.mallory)).then_rejected(Rejection::NotFound("member"));
}

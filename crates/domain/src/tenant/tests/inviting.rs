use chrono::TimeDelta;

use super::story::{Story, tomorrow};
use crate::given::noon;
use crate::tenant::{Command, InviteRenewed, InviteRevoked};
use crate::{Aggregate as _, KeyHolder, Rejection, Role};

#[test]
fn an_invite_names_an_address_a_role_and_an_end() {
    let s = Story::new();
    s.begun().when(s.invite(s.ada, Role::Viewer)).then([s.invited(s.ada, Role::Viewer)]);
    s.begun().and(s.invite(s.ada, Role::Viewer)).when(s.invite(s.ada, Role::Viewer)).then_nothing();
}

#[test]
fn the_address_has_a_key_of_its_own_and_what_follows_has_the_tenant_s() {
    let s = Story::new();
    let holder = |state: crate::Tenant| state.owners().unwrap().texts;
    let invited = s.begun().and(s.invite(s.ada, Role::Viewer));
    assert_eq!(holder(invited.state()), KeyHolder::Invite(s.invite_id));
    assert_eq!(holder(invited.and(s.accept(s.mallory)).state()), KeyHolder::Tenant(s.tenant_id));
}

#[test]
fn members_do_not_invite_and_admins_do_not_make_owners() {
    let s = Story::new();
    let refused = |by, role| s.staffed().when(s.invite(by, role));
    refused(s.cleo, Role::Viewer)
        .then_rejected(Rejection::NotAllowed("it takes an owner or an admin of the organisation"));
    refused(s.mallory, Role::Viewer).then_rejected(Rejection::NotYours);
    refused(s.bob, Role::Owner)
        .then_rejected(Rejection::NotAllowed("it takes an owner of the organisation to decide about owners"));
    refused(s.bob, Role::Admin).then([s.invited(s.bob, Role::Admin)]);
}

#[test]
fn an_address_has_two_sides() {
    let s = Story::new();
    for bad in ["", "@", "a@", "@b", "a b@c.d", "a@b@c", &format!("{}@b.c", "a".repeat(260))] {
        let Command::Invite { by, invite_id, role, token_hash, expires_at, .. } = s.invite(s.ada, Role::Member) else {
            unreachable!()
        };
        let command = Command::Invite { by, invite_id, email: bad.to_owned(), role, token_hash, expires_at };
        s.begun().when(command).then_rejected(Rejection::Required("valid e-mail address"));
    }
}

#[test]
fn whoever_has_the_secret_joins_once() {
    let s = Story::new();
    let invited = || s.begun().and(s.invite(s.ada, Role::Auditor));
    invited().when(s.accept(s.mallory)).then([s.joined(s.mallory, Role::Auditor)]);
    invited().and(s.accept(s.mallory)).when(s.accept(s.mallory)).then_nothing();
    invited().and(s.accept(s.mallory)).when(s.accept(s.cleo)).then_rejected(Rejection::InviteOver);
    let wrong = Command::AcceptInvite { user: s.mallory, invite_id: s.invite_id, token_hash: "guessed".to_owned() };
    invited().when(wrong).then_rejected(Rejection::NotFound("invite"));
    s.begun().when(s.accept(s.mallory)).then_rejected(Rejection::NotFound("invite"));
}

/// Both hold the same link: the store lets one append win, and the other decides again on what it left.
#[test]
fn of_two_who_follow_one_invite_at_once_one_joins() {
    let s = Story::new();
    let first = s.begun().and(s.invite(s.ada, Role::Member)).and(s.accept(s.cleo));
    first.when(s.accept(s.mallory)).then_rejected(Rejection::InviteOver);
}

#[test]
fn a_member_who_follows_an_invite_keeps_their_role_and_leaves_it_open() {
    let s = Story::new();
    let invited = s.begun().and(s.invite(s.ada, Role::Viewer));
    invited.and(s.accept(s.ada)).when(s.accept(s.mallory)).then([s.joined(s.mallory, Role::Viewer)]);
}

#[test]
fn an_invite_ends_by_itself() {
    let s = Story::new();
    let state = s.begun().and(s.invite(s.ada, Role::Viewer)).state();
    let at = |now| state.decide(s.accept(s.mallory), now).map(|events| events.len());
    assert_eq!(at(tomorrow() - TimeDelta::microseconds(1)), Ok(1));
    assert_eq!(at(tomorrow()), Err(Rejection::InviteOver));
}

#[test]
fn a_renewed_invite_has_one_link_the_new_one() {
    let s = Story::new();
    let later = tomorrow() + TimeDelta::days(7);
    let renew =
        |by| Command::RenewInvite { by, invite_id: s.invite_id, token_hash: "new".to_owned(), expires_at: later };
    let follow = || Command::AcceptInvite { user: s.mallory, invite_id: s.invite_id, token_hash: "new".to_owned() };
    let invited = || s.staffed().and(s.invite(s.ada, Role::Viewer));
    let renewed = InviteRenewed {
        tenant_id: s.tenant_id,
        invite_id: s.invite_id,
        by: s.bob,
        token_hash: "new".to_owned(),
        expires_at: later,
    };
    invited().when(renew(s.bob)).then([renewed.into()]);
    invited().and(renew(s.bob)).when(s.accept(s.mallory)).then_rejected(Rejection::NotFound("invite"));
    invited().and(renew(s.bob)).when(follow()).then([s.joined(s.mallory, Role::Viewer)]);
    let state = invited().and(renew(s.bob)).state();
    assert!(state.decide(follow(), tomorrow()).is_ok(), "it has a new end");
}

#[test]
fn only_who_may_invite_renews_and_only_what_is_open() {
    let s = Story::new();
    let renew =
        |by| Command::RenewInvite { by, invite_id: s.invite_id, token_hash: "new".to_owned(), expires_at: tomorrow() };
    let invited = |role| s.staffed().and(s.invite(s.ada, role));
    invited(Role::Viewer)
        .when(renew(s.cleo))
        .then_rejected(Rejection::NotAllowed("it takes an owner or an admin of the organisation"));
    invited(Role::Owner)
        .when(renew(s.bob))
        .then_rejected(Rejection::NotAllowed("it takes an owner of the organisation to decide about owners"));
    invited(Role::Viewer).and(s.accept(s.mallory)).when(renew(s.ada)).then_rejected(Rejection::InviteOver);
    s.staffed().when(renew(s.ada)).then_rejected(Rejection::NotFound("invite"));
}

#[test]
fn a_revoked_invite_is_worth_nothing() {
    let s = Story::new();
    let revoke = |by| Command::RevokeInvite { by, invite_id: s.invite_id };
    let invited = || s.staffed().and(s.invite(s.ada, Role::Viewer));
    let revoked = InviteRevoked { tenant_id: s.tenant_id, invite_id: s.invite_id, by: s.bob };
    invited().when(revoke(s.bob)).then([revoked.into()]);
    invited().and(revoke(s.bob)).when(revoke(s.ada)).then_nothing();
    invited().and(revoke(s.bob)).when(s.accept(s.mallory)).then_rejected(Rejection::InviteOver);
    invited().and(s.accept(s.mallory)).when(revoke(s.ada)).then_rejected(Rejection::InviteOver);
    s.staffed().when(revoke(s.ada)).then_rejected(Rejection::NotFound("invite"));
    invited()
        .when(revoke(s.cleo))
        .then_rejected(Rejection::NotAllowed("it takes an owner or an admin of the organisation"));
}

#[test]
fn open_invites_have_a_bound_and_those_that_expired_do_not_count() {
    let s = Story::new();
    let mut state = s.begun().state();
    for _ in 0..200 {
        let command = s.inviting(s.ada, crate::InviteId::generate(), Role::Viewer);
        state = state.decide(command, noon()).unwrap().iter().fold(state, crate::Tenant::apply);
    }
    let one_more = |now| state.decide(s.invite(s.ada, Role::Viewer), now);
    assert_eq!(one_more(noon()), Err(Rejection::TooMany { what: "open invites", limit: 200 }));
    assert!(one_more(tomorrow()).is_ok());
}

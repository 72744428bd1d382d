use super::story::{Story, tomorrow};
use crate::given::noon;
use crate::tenant::{ApiKeyCreated, ApiKeyRevoked, Command, Event, MemberRemoved, MemberRoleChanged, Name};
use crate::{Rejection, Role, Scope};

#[test]
fn a_key_has_a_name_scopes_and_perhaps_an_end() {
    let s = Story::new();
    let created = ApiKeyCreated {
        tenant_id: s.tenant_id,
        api_key_id: s.key_id,
        created_by: s.bob,
        scopes: vec![Scope::Read, Scope::Write],
        expires_at: Some(tomorrow()),
        private: Some(Name { name: "CI".to_owned() }),
    };
    let scopes = [Scope::Write, Scope::Read, Scope::Write];
    s.staffed().when(s.key(s.bob, &scopes)).then([created.into()]);
    s.staffed().and(s.key(s.bob, &scopes)).when(s.key(s.bob, &scopes)).then_nothing();
}

#[test]
fn a_key_without_scope_or_with_an_end_in_the_past_is_refused() {
    let s = Story::new();
    s.staffed().when(s.key(s.ada, &[])).then_rejected(Rejection::Required("scope"));
    let late = Command::CreateApiKey {
        by: s.ada,
        key_id: s.key_id,
        name: "CI".to_owned(),
        scopes: vec![Scope::Read],
        expires_at: Some(noon()),
    };
    s.staffed().when(late).then_rejected(Rejection::Required("time to come for the end"));
}

#[test]
fn members_have_no_keys_to_give() {
    let s = Story::new();
    s.staffed()
        .when(s.key(s.cleo, &[Scope::Read]))
        .then_rejected(Rejection::NotAllowed("it takes an owner or an admin of the organisation"));
    s.staffed().when(s.key(s.mallory, &[Scope::Read])).then_rejected(Rejection::NotYours);
}

#[test]
fn a_key_is_good_until_its_end_or_until_it_is_revoked() {
    let s = Story::new();
    let revoke = |by| Command::RevokeApiKey { by, key_id: s.key_id };
    let keyed = || s.staffed().and(s.key(s.bob, &[Scope::Read]));
    assert!(keyed().state().api_key(s.key_id, noon()).is_some());
    assert!(keyed().state().api_key(s.key_id, tomorrow()).is_none());
    let revoked = ApiKeyRevoked { tenant_id: s.tenant_id, api_key_id: s.key_id, by: s.ada };
    keyed().when(revoke(s.ada)).then([revoked.into()]);
    assert!(keyed().and(revoke(s.ada)).state().api_key(s.key_id, noon()).is_none());
    keyed().and(revoke(s.ada)).when(revoke(s.bob)).then_nothing();
    s.staffed().when(revoke(s.bob)).then_rejected(Rejection::NotFound("API key"));
}

#[test]
fn the_keys_of_who_goes_or_may_not_have_them_any_more_go_too() {
    let s = Story::new();
    let keyed = || s.staffed().and(s.key(s.bob, &[Scope::Read]));
    let revoked = || Event::from(ApiKeyRevoked { tenant_id: s.tenant_id, api_key_id: s.key_id, by: s.ada });
    let removed = MemberRemoved { tenant_id: s.tenant_id, user_id: s.bob, role: Role::Admin, by: s.ada };
    keyed().when(Command::RemoveMember { by: s.ada, user: s.bob }).then([removed.into(), revoked()]);
    let (old, role) = (Role::Admin, Role::Viewer);
    let changed = MemberRoleChanged { tenant_id: s.tenant_id, user_id: s.bob, old, role, by: s.ada };
    keyed().when(Command::ChangeRole { by: s.ada, user: s.bob, role }).then([changed.into(), revoked()]);
}

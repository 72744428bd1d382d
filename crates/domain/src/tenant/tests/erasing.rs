use super::story::Story;
use crate::tenant::{Command, InviteForgotten, MemberRemoved, MemberRoleChanged, TenantErased};
use crate::{Rejection, Role, UserId};

fn erase(user: UserId) -> Command {
    Command::EraseMember { user }
}

#[test]
fn who_is_erased_is_no_member_and_their_invite_s_address_is_forgotten() {
    let s = Story::new();
    let removed = MemberRemoved { tenant_id: s.tenant_id, user_id: s.cleo, role: Role::Member, by: s.cleo };
    let forgotten = InviteForgotten { tenant_id: s.tenant_id, invite_id: s.cleos_invite() };
    s.staffed().when(erase(s.cleo)).then([removed.into(), forgotten.into()]);
    s.staffed().and(erase(s.cleo)).when(erase(s.cleo)).then_nothing();
    s.staffed().when(erase(s.mallory)).then_nothing();
}

#[test]
fn somebody_inherits_from_the_last_owner() {
    let s = Story::new();
    let (old, role) = (Role::Admin, Role::Owner);
    let crowned = MemberRoleChanged { tenant_id: s.tenant_id, user_id: s.bob, old, role, by: s.ada };
    let removed = MemberRemoved { tenant_id: s.tenant_id, user_id: s.ada, role: Role::Owner, by: s.ada };
    s.staffed().when(erase(s.ada)).then([crowned.into(), removed.into()]);
}

#[test]
fn a_tenant_goes_with_its_last_member_for_ever() {
    let s = Story::new();
    let removed = MemberRemoved { tenant_id: s.tenant_id, user_id: s.ada, role: Role::Owner, by: s.ada };
    s.begun().when(erase(s.ada)).then([removed.into(), TenantErased { tenant_id: s.tenant_id }.into()]);
    let gone = || s.begun().and(erase(s.ada));
    gone().when(erase(s.ada)).then_nothing();
    gone().when(s.invite(s.ada, Role::Admin)).then_rejected(Rejection::NotFound("organisation"));
    gone().when(s.create(s.mallory)).then_rejected(Rejection::AlreadyExists);
}

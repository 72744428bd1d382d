use super::story::{Story, tomorrow};
use crate::given::Given;
use crate::tenant::{Command, LoginProviderRemoved, LoginProviderSet, MemberAdmitted, ProviderKind, Tenant};
use crate::{Aggregate as _, LoginProviderId, Rejection, Role, UserId};

struct Login {
    s: Story,
    provider_id: LoginProviderId,
}

fn login() -> Login {
    Login { s: Story::new(), provider_id: LoginProviderId::generate() }
}

impl Login {
    fn set(&self, by: UserId, kind: ProviderKind, joins: Option<Role>) -> Command {
        let (label, issuer) = ("Acme ID".to_owned(), Some("https://id.example".to_owned()));
        Command::SetLoginProvider {
            by,
            provider_id: self.provider_id,
            kind,
            label,
            issuer,
            client_id: "atelier".to_owned(),
            joins,
        }
    }

    fn with(&self, joins: Option<Role>) -> Given<Tenant> {
        self.s.staffed().and(self.set(self.s.ada, ProviderKind::Oidc, joins))
    }

    fn admit(&self, user: UserId, invited: bool) -> Command {
        let invite_id = invited.then_some(self.s.invite_id);
        Command::Admit { user, provider_id: self.provider_id, invite_id }
    }
}

#[test]
fn who_manages_names_a_provider_and_takes_it_back() {
    let it = login();
    let set = LoginProviderSet {
        tenant_id: it.s.tenant_id,
        provider_id: it.provider_id,
        kind: ProviderKind::Oidc,
        label: "Acme ID".to_owned(),
        issuer: Some("https://id.example".to_owned()),
        client_id: "atelier".to_owned(),
        joins: None,
        by: it.s.bob,
    };
    it.s.staffed().when(it.set(it.s.bob, ProviderKind::Oidc, None)).then([set.into()]);
    let remove = |by| Command::RemoveLoginProvider { by, provider_id: it.provider_id };
    let removed = LoginProviderRemoved { tenant_id: it.s.tenant_id, provider_id: it.provider_id, by: it.s.ada };
    it.with(None).when(remove(it.s.ada)).then([removed.into()]);
    it.with(None).and(remove(it.s.ada)).when(remove(it.s.ada)).then_nothing();
    for refused in [it.set(it.s.cleo, ProviderKind::Oidc, None), remove(it.s.cleo)] {
        it.with(None)
            .when(refused)
            .then_rejected(Rejection::NotAllowed("it takes an owner or an admin of the organisation"));
    }
}

#[test]
fn without_an_invite_somebody_becomes_no_more_than_a_member_and_by_github_nothing() {
    let it = login();
    let more = || Rejection::NotAllowed("without an invite somebody becomes member or viewer, and no more");
    for role in [Role::Owner, Role::Admin, Role::Auditor] {
        it.s.staffed().when(it.set(it.s.ada, ProviderKind::Oidc, Some(role))).then_rejected(more());
    }
    it.s.staffed()
        .when(it.set(it.s.ada, ProviderKind::Github, Some(Role::Viewer)))
        .then_rejected(Rejection::NotAllowed("anybody is at GitHub: invite who may come in"));
}

#[test]
fn somebody_comes_in_as_invited_or_by_the_rule() {
    let it = login();
    let admitted =
        |role| MemberAdmitted { tenant_id: it.s.tenant_id, user_id: it.s.mallory, role, provider_id: it.provider_id };
    let takes_invite = || Rejection::NotAllowed("it takes an invite to come in here");
    it.with(None).when(it.admit(it.s.mallory, false)).then_rejected(takes_invite());
    it.with(Some(Role::Viewer)).when(it.admit(it.s.mallory, false)).then([admitted(Role::Viewer).into()]);
    let invited = |role| it.with(Some(Role::Viewer)).and(it.s.invite(it.s.ada, role));
    invited(Role::Admin).when(it.admit(it.s.mallory, true)).then([it.s.joined(it.s.mallory, Role::Admin)]);
    it.with(Some(Role::Viewer)).when(it.admit(it.s.cleo, false)).then_nothing();
    it.s.staffed().when(it.admit(it.s.mallory, false)).then_rejected(Rejection::NotFound("provider"));
}

/// An admin names providers; so what a provider says makes nobody an owner.
#[test]
fn an_owner_s_invite_takes_its_link() {
    let it = login();
    let invited = it.with(None).and(it.s.invite(it.s.ada, Role::Owner));
    invited
        .when(it.admit(it.s.mallory, true))
        .then_rejected(Rejection::NotAllowed("it takes an invite to come in here"));
}

#[test]
fn an_expired_invite_is_none() {
    let it = login();
    let state = it.with(None).and(it.s.invite(it.s.ada, Role::Viewer)).state();
    let late = state.decide(it.admit(it.s.mallory, true), tomorrow());
    assert_eq!(late, Err(Rejection::NotAllowed("it takes an invite to come in here")));
}

#[test]
fn who_was_removed_comes_back_by_an_invite_only() {
    let it = login();
    let removed = || {
        it.with(Some(Role::Member))
            .and(it.admit(it.s.mallory, false))
            .and(Command::RemoveMember { by: it.s.ada, user: it.s.mallory })
    };
    removed()
        .when(it.admit(it.s.mallory, false))
        .then_rejected(Rejection::NotAllowed("it takes an invite to come in here"));
    let invited = removed().and(it.s.invite(it.s.ada, Role::Viewer));
    invited.when(it.admit(it.s.mallory, true)).then([it.s.joined(it.s.mallory, Role::Viewer)]);
}

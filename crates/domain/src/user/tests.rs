use super::*;
use crate::Event as _;
use crate::given::Given;

fn given(past: impl IntoIterator<Item = Event>) -> Given<User> {
    Given::events(past)
}

fn profile(name: &str) -> Profile {
    Profile { email: " Ada@Example.org ".to_owned(), name: name.to_owned() }
}

fn register(user_id: UserId, home_tenant_id: TenantId, name: &str) -> Command {
    Command::Register { user_id, home_tenant_id, profile: profile(name) }
}

fn registered(user_id: UserId, home_tenant_id: TenantId) -> Event {
    UserRegistered { user_id, home_tenant_id, private: Some(profile("Ada")) }.into()
}

fn rename(name: &str) -> Command {
    Command::ChangeName { name: name.to_owned() }
}

fn ada() -> (UserId, TenantId) {
    (UserId::generate(), TenantId::generate())
}

#[test]
fn someone_registers() {
    let (user, home) = ada();
    given([]).when(register(user, home, "Ada")).then([registered(user, home)]);
}

#[test]
fn registering_twice_changes_nothing() {
    let (user, home) = ada();
    given([registered(user, home)]).when(register(user, home, "Ada")).then_nothing();
}

#[test]
fn an_account_is_not_registered_over_another() {
    let (user, home) = ada();
    let command = register(UserId::generate(), home, "Eve");
    given([registered(user, home)]).when(command).then_rejected(Rejection::AlreadyExists);
}

#[test]
fn a_name_is_required_and_has_an_end() {
    let (user, home) = ada();
    given([]).when(register(user, home, "")).then_rejected(Rejection::Required("name"));
    let long = "ä".repeat(MAX_NAME + 1);
    let too_long = || Rejection::TooLong { length: MAX_NAME + 1, limit: MAX_NAME };
    given([]).when(register(user, home, &long)).then_rejected(too_long());
    given([registered(user, home)]).when(rename(&long)).then_rejected(too_long());
    given([registered(user, home)]).when(rename("")).then_rejected(Rejection::Required("name"));
    given([]).and(register(user, home, &"ä".repeat(MAX_NAME)));
}

#[test]
fn a_name_changes_and_the_event_knows_the_old_one() {
    let (user, home) = ada();
    let change = NameChange { old: "Ada".to_owned(), new: "Ada L.".to_owned() };
    let changed = ProfileChanged { user_id: user, private: Some(change) };
    given([registered(user, home)]).when(rename("Ada L.")).then([changed.into()]);
}

#[test]
fn the_same_name_again_changes_nothing() {
    let (user, home) = ada();
    given([registered(user, home)]).when(rename("Ada")).then_nothing();
    given([registered(user, home)]).and(rename("Bea")).when(rename("Bea")).then_nothing();
}

#[test]
fn nobody_is_not_renamed() {
    given([]).when(rename("Ada")).then_rejected(Rejection::NotFound("user"));
}

#[test]
fn an_address_is_claimed_once_however_it_is_spelt() {
    let (user, home) = ada();
    let claims = registered(user, home).claims();
    assert_eq!(claims, [Claim { kind: "email", value: "ada@example.org".to_owned() }]);
    let erased = Event::from(UserRegistered { user_id: user, home_tenant_id: home, private: None });
    assert!(erased.claims().is_empty());
}

#[test]
fn an_erased_person_still_replays() {
    let (user_id, home_tenant_id) = ada();
    let past = [
        UserRegistered { user_id, home_tenant_id, private: None }.into(),
        ProfileChanged { user_id, private: None }.into(),
    ];
    let (standing, account) = (Standing::default(), Account::default());
    assert_eq!(given(past).state(), User::Registered { user_id, name: String::new(), standing, account });
}

#[test]
fn the_person_owns_the_key() {
    let (user, home) = ada();
    assert_eq!(User::default().owners(), None);
    let owners = given([registered(user, home)]).state().owners();
    assert_eq!(owners, Some(KeyOwners { texts: user.into(), project: None }));
}

fn erase(transfer_to: Option<UserId>) -> Command {
    Command::Erase { transfer_to }
}

#[test]
fn someone_is_erased_and_their_address_is_free_again() {
    let (user_id, home) = ada();
    let heir = Some(UserId::generate());
    for transferred_to in [None, heir] {
        let erased = Event::from(UserErased { user_id, transferred_to });
        given([registered(user_id, home)]).when(erase(transferred_to)).then([erased.clone()]);
        assert!(erased.releases() && erased.claims().is_empty());
        let state = given([registered(user_id, home), erased]).state();
        assert_eq!(state, User::Erased { user_id, transferred_to });
        assert_eq!(state.owners(), Some(KeyOwners { texts: user_id.into(), project: None }));
    }
    assert!(!registered(user_id, home).releases());
}

#[test]
fn erasing_twice_changes_nothing_also_with_another_wish() {
    let (user, home) = ada();
    let erased = || given([registered(user, home)]).and(erase(None));
    erased().when(erase(None)).then_nothing();
    erased().when(erase(Some(UserId::generate()))).then_nothing();
}

#[test]
fn who_was_erased_acts_no_more_and_never_comes_back() {
    let (user, home) = ada();
    let erased = || given([registered(user, home)]).and(erase(None));
    erased().when(rename("Ada")).then_rejected(Rejection::Erased);
    erased().when(register(user, home, "Ada")).then_rejected(Rejection::Erased);
}

#[test]
fn nobody_is_not_erased_and_nobody_inherits_from_themselves() {
    let (user, home) = ada();
    given([]).when(erase(None)).then_rejected(Rejection::NotFound("user"));
    let command = erase(Some(user));
    assert!(matches!(
        given([registered(user, home)]).state().decide(command, crate::given::noon()),
        Err(Rejection::Required(_))
    ));
}

fn change(by: UserId, tier: Option<Tier>, role: Option<SystemRole>) -> Command {
    Command::ChangeStanding { by, tier, role }
}

#[test]
fn a_tier_and_a_role_change_and_the_events_know_the_old_ones() {
    let ((user_id, home), by) = (ada(), UserId::generate());
    let tier = TierChanged { user_id, old: Tier::Free, tier: Tier::Premium, by };
    let role = RoleChanged { user_id, old: SystemRole::User, role: SystemRole::Administrator, by };
    let both = change(by, Some(Tier::Premium), Some(SystemRole::Administrator));
    given([registered(user_id, home)]).when(both.clone()).then([tier.into(), role.into()]);
    given([registered(user_id, home)]).and(both.clone()).when(both.clone()).then_nothing();
    let back = TierChanged { user_id, old: Tier::Premium, tier: Tier::Free, by };
    given([registered(user_id, home)]).and(both).when(change(by, Some(Tier::Free), None)).then([back.into()]);
}

#[test]
fn a_standing_survives_a_new_name_and_needs_somebody() {
    let ((user_id, home), by) = (ada(), UserId::generate());
    let premium = || change(by, Some(Tier::Premium), None);
    let state = given([registered(user_id, home)]).and(premium()).and(rename("Bea")).state();
    let standing = Standing { tier: Tier::Premium, role: SystemRole::User };
    let account = Account::of(Some(&profile("Ada")));
    assert_eq!(state, User::Registered { user_id, name: "Bea".to_owned(), standing, account });
    given([]).when(premium()).then_rejected(Rejection::NotFound("user"));
    given([registered(user_id, home)]).and(erase(None)).when(premium()).then_rejected(Rejection::Erased);
}

#[test]
fn an_administrator_ends_sign_ins_as_often_as_it_takes() {
    let ((user_id, home), by) = (ada(), UserId::generate());
    let ended = || Event::from(SignInsEnded { user_id, by });
    given([registered(user_id, home)]).when(Command::EndSignIns { by }).then([ended()]);
    given([registered(user_id, home), ended()]).when(Command::EndSignIns { by }).then([ended()]);
    given([]).when(Command::EndSignIns { by }).then_rejected(Rejection::NotFound("user"));
}

fn account(change: Change) -> Command {
    Command::Account(change)
}

#[test]
fn an_address_is_verified_once() {
    let (user_id, home) = ada();
    let verified = Event::from(EmailVerified { user_id });
    given([registered(user_id, home)]).when(account(Change::VerifyEmail)).then([verified.clone()]);
    given([registered(user_id, home), verified]).when(account(Change::VerifyEmail)).then_nothing();
}

#[test]
fn a_factor_comes_and_goes_once() {
    let (user_id, home) = ada();
    let factor = Factor::Totp;
    let (added, removed) =
        (Event::from(FactorAdded { user_id, factor }), Event::from(FactorRemoved { user_id, factor }));
    let (add, remove) = (|| account(Change::AddFactor { factor }), || account(Change::RemoveFactor { factor }));
    given([registered(user_id, home)]).when(remove()).then_nothing();
    given([registered(user_id, home)]).when(add()).then([added.clone()]);
    given([registered(user_id, home), added.clone()]).when(add()).then_nothing();
    given([registered(user_id, home), added.clone()]).when(remove()).then([removed.clone()]);
    given([registered(user_id, home), added.clone(), removed]).when(add()).then([added]);
}

#[test]
fn every_sign_in_is_told_and_the_name_survives_it() {
    let (user_id, home) = ada();
    let device = Device { name: "a browser".to_owned() };
    let change = Change::SignIn {
        device_id: "fam_1".to_owned(),
        method: "password".to_owned(),
        factor: Some(Factor::Totp),
        device: device.clone(),
    };
    let signed_in = SignedIn {
        user_id,
        device_id: "fam_1".to_owned(),
        method: "password".to_owned(),
        factor: Some(Factor::Totp),
        private: Some(device),
    };
    given([registered(user_id, home)]).when(account(change.clone())).then([signed_in.clone().into()]);
    let again = given([registered(user_id, home), signed_in.into()]).and(account(change)).when(rename("Ada"));
    again.then_nothing();
}

#[test]
fn nobody_and_the_erased_have_no_account() {
    let (user, home) = ada();
    given([]).when(account(Change::VerifyEmail)).then_rejected(Rejection::NotFound("user"));
    let erased = given([registered(user, home)]).and(erase(None));
    erased.when(account(Change::VerifyEmail)).then_rejected(Rejection::Erased);
}

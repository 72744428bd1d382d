//! The second factor, from enrolment to its end.

use std::time::{SystemTime, UNIX_EPOCH};

use rpc::auth::v1::*;
use rpc::command::v1::note_account_request::Change;
use totp_rs::{Builder, Secret, Totp};

use crate::household::{Household, PASSWORD, address, code};

/// An authenticator app.
struct App(Totp);

impl App {
    fn new(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).unwrap();
        Self(Builder::new().with_secret(secret).with_account_name("a").with_issuer(Some("b")).build().unwrap())
    }

    /// A code of now, or of the steps around it.
    fn code(&self, steps: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        self.0.generate((now + 30 * steps) as u64).to_string()
    }
}

struct Enrolled {
    house: Household,
    email: String,
    first: SignedIn,
    app: App,
    recovery: Vec<String>,
}

async fn enrolled() -> Enrolled {
    let house = Household::new().await;
    let email = address();
    let first = house.signs_up(&email).await;
    let token = house.internal(&first).await;
    let enrolment = house.auth.enroll_factor(EnrollFactorRequest::default(), &token).await.unwrap();
    let app = App::new(&enrolment.secret);
    let confirm = ConfirmFactorRequest { code: app.code(-1), origin: String::new() };
    let recovery = house.auth.confirm_factor(confirm, &token).await.unwrap().recovery_codes;
    Enrolled { house, email, first, app, recovery }
}

impl Enrolled {
    async fn ticket(&self) -> String {
        let answer = self.house.signs_in(&self.email, PASSWORD).await.unwrap();
        assert!(answer.access_token.is_empty() && answer.refresh_token.is_empty(), "no tokens for one factor");
        answer.mfa_ticket
    }

    async fn verifies(&self, ticket: &str, code: &str) -> Result<SignedIn, tonic::Status> {
        let (ticket, code) = (ticket.into(), code.into());
        self.house.auth.verify_factor(VerifyFactorRequest { ticket, code, origin: String::new() }, "").await
    }
}

#[tokio::test]
async fn with_a_factor_the_password_alone_gives_a_ticket_and_the_code_gives_tokens() {
    let it = enrolled().await;
    let ticket = it.ticket().await;
    assert_eq!(code(&it.house.exchanges(&ticket).await), "unauthenticated", "a ticket is no token");
    let signed_in = it.verifies(&ticket, &it.app.code(0)).await.unwrap();
    assert_eq!(signed_in.user_id, it.first.user_id);
    it.house.exchanges(&signed_in.access_token).await.unwrap();
    assert_eq!(code(&it.verifies(&ticket, &it.app.code(1)).await), "ticket_over", "a ticket is good once");
    let told = it.house.directory.noted(&it.first.user_id);
    assert_eq!(told[0], Change::FactorAdded("totp".into()));
    assert!(matches!(&told[1], Change::SignedIn(told) if told.factor == "totp" && told.method == "password"));
}

#[tokio::test]
async fn a_code_is_good_once_also_for_another_ticket() {
    let it = enrolled().await;
    let now = it.app.code(0);
    it.verifies(&it.ticket().await, &now).await.unwrap();
    let ticket = it.ticket().await;
    assert_eq!(code(&it.verifies(&ticket, &now).await), "invalid_code");
    assert_eq!(code(&it.verifies(&ticket, &it.app.code(-1)).await), "invalid_code", "nor is one before it");
    it.verifies(&ticket, &it.app.code(1)).await.unwrap();
}

#[tokio::test]
async fn two_at_once_with_one_code_are_one_sign_in() {
    let it = enrolled().await;
    let (one, other, now) = (it.ticket().await, it.ticket().await, it.app.code(0));
    let (one, other) = tokio::join!(it.verifies(&one, &now), it.verifies(&other, &now));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
}

#[tokio::test]
async fn guessing_ends_the_ticket_and_then_the_account_s_tries() {
    let it = enrolled().await;
    let ticket = it.ticket().await;
    for _ in 0..4 {
        assert_eq!(code(&it.verifies(&ticket, "000000").await), "invalid_code");
    }
    assert_eq!(code(&it.verifies(&ticket, "000000").await), "ticket_over");
    assert_eq!(code(&it.verifies(&ticket, &it.app.code(0)).await), "ticket_over");
    let ticket = it.ticket().await;
    for _ in 0..4 {
        assert_eq!(code(&it.verifies(&ticket, "000000").await), "invalid_code");
    }
    assert_eq!(code(&it.verifies(&ticket, &it.app.code(0)).await), "too_many_attempts", "ten tries with the enrolment");
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_written() {
    let it = enrolled().await;
    assert_eq!(it.recovery.len(), 10);
    let spoken = it.recovery[0].to_uppercase().replace('-', " ");
    it.verifies(&it.ticket().await, &spoken).await.unwrap();
    assert_eq!(code(&it.verifies(&it.ticket().await, &it.recovery[0]).await), "invalid_code");
    let token = it.house.internal(&it.first).await;
    let account = it.house.auth.describe_account(Nothing {}, &token).await.unwrap();
    assert!(account.totp && account.recovery_codes_left == 9);
}

#[tokio::test]
async fn a_factor_is_removed_with_a_code_and_then_the_password_is_enough() {
    let it = enrolled().await;
    let token = it.house.internal(&it.first).await;
    let remove = async |code: &str| {
        it.house.auth.remove_factor(RemoveFactorRequest { code: code.into(), origin: String::new() }, &token).await
    };
    assert_eq!(code(&remove("000000").await), "invalid_code");
    assert_eq!(code(&it.house.auth.enroll_factor(EnrollFactorRequest::default(), &token).await), "factor_exists");
    remove(&it.app.code(0)).await.unwrap();
    assert!(!it.house.signs_in(&it.email, PASSWORD).await.unwrap().access_token.is_empty());
    remove("nothing is there any more").await.unwrap();
}

#[tokio::test]
async fn a_reset_by_mail_does_not_go_round_the_factor() {
    let it = enrolled().await;
    let token = it.house.link(&it.email, "Welcome").await;
    it.house.auth.verify_email(VerifyEmailRequest { token, origin: String::new() }, "").await.unwrap();
    it.house.auth.forgot_password(AddressRequest { email: it.email.clone() }, "").await.unwrap();
    let token = it.house.link(&it.email, "new password").await;
    let request = ResetPasswordRequest { token, password: "another quiet lantern".into(), origin: String::new() };
    it.house.auth.reset_password(request, "").await.unwrap();
    let answer = it.house.signs_in(&it.email, "another quiet lantern").await.unwrap();
    assert!(!answer.mfa_ticket.is_empty() && answer.access_token.is_empty());
}

/// Somebody opens an account with the address of another, sets a factor, and waits for its owner.
#[tokio::test]
async fn who_waits_in_an_account_that_is_not_theirs_does_not_keep_its_owner_out() {
    let it = enrolled().await;
    it.house.auth.forgot_password(AddressRequest { email: it.email.clone() }, "").await.unwrap();
    let token = it.house.link(&it.email, "new password").await;
    let request = ResetPasswordRequest { token, password: "another quiet lantern".into(), origin: String::new() };
    it.house.auth.reset_password(request, "").await.unwrap();
    assert_eq!(code(&it.house.exchanges(&it.first.access_token).await), "unauthenticated");
    let owner = it.house.signs_in(&it.email, "another quiet lantern").await.unwrap();
    assert!(!owner.access_token.is_empty());
    assert!(it.house.directory.noted(&owner.user_id).contains(&Change::FactorRemoved("totp".into())));
}

#[tokio::test]
async fn an_enrolment_counts_from_its_first_code_on() {
    let house = Household::new().await;
    let email = address();
    let alice = house.signs_up(&email).await;
    let token = house.internal(&alice).await;
    let enrolment = house.auth.enroll_factor(EnrollFactorRequest::default(), &token).await.unwrap();
    assert!(enrolment.url.contains(&enrolment.secret) && enrolment.qr_svg.starts_with("<svg "));
    assert!(house.signs_in(&email, PASSWORD).await.unwrap().mfa_ticket.is_empty());
    let wrong = ConfirmFactorRequest { code: "000000".into(), origin: String::new() };
    assert_eq!(code(&house.auth.confirm_factor(wrong, &token).await), "invalid_code");
    assert!(house.signs_in(&email, PASSWORD).await.unwrap().mfa_ticket.is_empty());
}

#[tokio::test]
async fn the_database_holds_no_secret_of_a_factor() {
    let it = enrolled().await;
    let all: String = sqlx::query_scalar(
        "select coalesce((select string_agg(f::text, ' ') from auth.factors f), '')
             || coalesce((select string_agg(r::text, ' ') from auth.recovery_codes r), '')",
    )
    .fetch_one(&it.house.pool)
    .await
    .unwrap();
    assert!(all.contains(it.first.user_id.trim_start_matches("usr_")));
    let secret = hex::encode(it.app.0.secret().as_ref());
    assert!(!all.contains(&secret) && it.recovery.iter().all(|code| !all.contains(code.as_str())));
}

#[tokio::test]
async fn without_a_key_to_seal_with_nobody_enrols() {
    let house = Household::keyless().await;
    let alice = house.signs_up(&address()).await;
    let token = house.internal(&alice).await;
    assert_eq!(code(&house.auth.enroll_factor(EnrollFactorRequest::default(), &token).await), "factors_unavailable");
}

/// As if so many minutes had gone by since all sign-ins.
async fn minutes_later(house: &Household, minutes: f64) {
    let shift = "update auth.families set proved_at = proved_at - make_interval(secs => $1)";
    sqlx::query(shift).bind(minutes * 60.0).execute(&house.pool).await.unwrap();
}

#[tokio::test]
async fn a_device_that_is_signed_in_sets_up_a_factor_only_with_the_password_once_more() {
    let house = Household::new().await;
    let (email, office) = (address(), domain::TenantId::generate().to_string());
    let alice = house.signs_up(&email).await;
    house.directory.makes(&alice.user_id, "member", &office);
    minutes_later(&house, 6.0).await;
    let token = house.internal(&alice).await;
    let enroll = async |password: Option<&str>, token: &str| {
        let request = EnrollFactorRequest { password: password.map(str::to_owned) };
        house.auth.enroll_factor(request, token).await
    };
    assert_eq!(code(&enroll(None, &token).await), "prove_again");
    assert_eq!(code(&enroll(Some("not this lantern"), &token).await), "invalid_credentials");
    assert_eq!(code(&enroll(Some(""), &token).await), "invalid_credentials");

    // Another organisation on the same device is a new sign-in, but nobody proved anything.
    let switch = SwitchTenantRequest { tenant_id: office, ..SwitchTenantRequest::default() };
    let at_work = house.internal(&house.auth.switch_tenant(switch, &token).await.unwrap()).await;
    assert_eq!(code(&enroll(None, &at_work).await), "prove_again");

    enroll(Some(PASSWORD), &token).await.unwrap();
    let anew = house.internal(&house.signs_in(&email, PASSWORD).await.unwrap()).await;
    enroll(None, &anew).await.unwrap();
}

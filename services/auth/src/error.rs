use rpc::fault;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

/// What can go wrong in auth.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the e-mail address is not valid")]
    InvalidEmail,
    #[error("a name of 1 to 200 characters is required")]
    InvalidName,
    #[error("the password needs at least {0} characters")]
    PasswordTooShort(usize),
    #[error("the password may have at most {0} characters")]
    PasswordTooLong(usize),
    #[error("this password is on the lists that attackers try first")]
    PasswordTooCommon,
    #[error("an account with this e-mail address exists")]
    EmailTaken,
    /// Unknown address and wrong password are one answer.
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    /// Unknown, expired, revoked and used tokens are one answer.
    #[error("the token is not valid")]
    InvalidToken,
    /// Somebody else's organisation does not exist for you.
    #[error("there is no such organisation")]
    NoSuchTenant,
    #[error("this invitation cannot be followed: it was used, revoked, or has expired")]
    UnknownInvite,
    #[error("the key was created by the first of these calls, and is shown only once")]
    KeyShownOnce,
    #[error("an API key cannot do this; sign in")]
    PersonRequired,
    /// Unknown, expired and used ones are one answer.
    #[error("the link is not valid any more; ask for a new one")]
    InvalidLink,
    #[error("the code is wrong, was used, or is too old")]
    InvalidCode,
    #[error("this sign-in took too long or too many tries; begin anew")]
    TicketOver,
    #[error("there is a second factor already; remove it first")]
    FactorExists,
    #[error("show once more who you are: send your password, or sign in anew")]
    ProveAgain,
    #[error("secrets cannot be kept here: [auth] sealing_key is missing")]
    FactorsUnavailable,
    #[error("the keys of internal tokens are not kept here: [auth] sealing_key is missing")]
    KeysUnavailable,
    #[error("there is no such provider here")]
    UnknownProvider,
    #[error("the provider cannot be asked now; try again")]
    ProviderAway,
    /// What exactly was wrong is in the log.
    #[error("the provider's answer does not belong to a sign-in of this browser; begin anew")]
    ProviderRefused,
    #[error("the provider does not say that your e-mail address is verified")]
    EmailNotVerified,
    #[error("there is an account with this address: sign in to it, and link the provider in your profile")]
    LinkFirst,
    #[error("there is no account for you here; ask an administrator")]
    NoAccount,
    #[error("this organisation lets you in by an invite only: ask somebody there for one")]
    NotInvited,
    #[error("there is an account with this address already: sign in to it, and follow your invite there")]
    HasAccount,
    #[error("kind: expected one of oidc, github")]
    UnknownKind,
    #[error("a client secret is required")]
    SecretRequired,
    #[error("{0}")]
    IssuerRefused(String),
    #[error("this account at the provider belongs to somebody else here")]
    LinkedToOther,
    #[error("it is the only way left to sign in; set a password first")]
    LastWayIn,
    #[error("there is no such sign-in")]
    UnknownDevice,
    #[error("too many attempts, try again in {retry_after} seconds")]
    TooManyAttempts { retry_after: u64 },
    #[error("service tokens are for the roles of this installation")]
    Forbidden,
    #[error("too many sign-ins at once, try again")]
    Busy,
    /// The write side said no, in its own words.
    #[error("{0}")]
    Command(Status),
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
    #[error("internal error")]
    Internal(#[from] anyhow::Error),
}

/// The metadata key with the seconds to wait.
const RETRY_AFTER: &str = "retry-after";

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::InvalidEmail => fault(Code::InvalidArgument, "invalid_email", detail),
            Error::InvalidName => fault(Code::InvalidArgument, "invalid_name", detail),
            Error::PasswordTooShort(_) => fault(Code::InvalidArgument, "password_too_short", detail),
            Error::PasswordTooLong(_) => fault(Code::InvalidArgument, "password_too_long", detail),
            Error::PasswordTooCommon => fault(Code::InvalidArgument, "password_too_common", detail),
            Error::EmailTaken => fault(Code::AlreadyExists, "email_taken", detail),
            Error::InvalidCredentials => fault(Code::Unauthenticated, "invalid_credentials", detail),
            Error::InvalidToken => fault(Code::Unauthenticated, "unauthenticated", detail),
            Error::InvalidLink => fault(Code::InvalidArgument, "invalid_link", detail),
            Error::InvalidCode => fault(Code::InvalidArgument, "invalid_code", detail),
            Error::TicketOver => fault(Code::Unauthenticated, "ticket_over", detail),
            Error::FactorExists => fault(Code::AlreadyExists, "factor_exists", detail),
            Error::ProveAgain => fault(Code::PermissionDenied, "prove_again", detail),
            Error::FactorsUnavailable => fault(Code::FailedPrecondition, "factors_unavailable", detail),
            Error::KeysUnavailable => fault(Code::FailedPrecondition, "keys_unavailable", detail),
            Error::UnknownProvider => fault(Code::NotFound, "not_found", detail),
            Error::ProviderAway => fault(Code::Unavailable, "provider_away", detail),
            Error::ProviderRefused => fault(Code::Unauthenticated, "provider_refused", detail),
            Error::EmailNotVerified => fault(Code::PermissionDenied, "email_not_verified", detail),
            Error::LinkFirst => fault(Code::FailedPrecondition, "link_first", detail),
            Error::NoAccount => fault(Code::PermissionDenied, "no_account", detail),
            Error::NotInvited => fault(Code::PermissionDenied, "not_invited", detail),
            Error::HasAccount => fault(Code::FailedPrecondition, "has_account", detail),
            Error::UnknownKind => fault(Code::InvalidArgument, "unknown_value", detail),
            Error::SecretRequired => fault(Code::InvalidArgument, "secret_required", detail),
            Error::IssuerRefused(_) => fault(Code::InvalidArgument, "issuer_refused", detail),
            Error::LinkedToOther => fault(Code::AlreadyExists, "linked_to_other", detail),
            Error::LastWayIn => fault(Code::FailedPrecondition, "last_way_in", detail),
            Error::UnknownDevice => fault(Code::NotFound, "not_found", detail),
            Error::TooManyAttempts { retry_after } => {
                let mut status = fault(Code::ResourceExhausted, "too_many_attempts", detail);
                status.metadata_mut().insert(RETRY_AFTER, MetadataValue::from(retry_after));
                status
            }
            Error::NoSuchTenant => fault(Code::NotFound, "not_found", detail),
            Error::UnknownInvite => fault(Code::InvalidArgument, "unknown_invite", detail),
            Error::KeyShownOnce => fault(Code::AlreadyExists, "key_shown_once", detail),
            Error::PersonRequired => fault(Code::PermissionDenied, "person_required", detail),
            Error::Forbidden => fault(Code::PermissionDenied, "forbidden", detail),
            Error::Busy => fault(Code::Unavailable, "unavailable", detail),
            Error::Command(status) => said(status),
            Error::Database(cause) => database(&cause, detail),
            Error::Internal(cause) => {
                tracing::error!(error = ?cause, "a call to auth failed");
                fault(Code::Internal, "internal", detail)
            }
        }
    }
}

/// That the write side does not take our own token is our trouble: whoever asked us is not signed out by it.
fn said(status: Status) -> Status {
    if status.code() != Code::Unauthenticated {
        return status;
    }
    tracing::error!("the write side does not take what auth signs: do the clocks differ by more than a minute?");
    fault(Code::Unavailable, "unavailable", "the write side cannot be asked now")
}

/// A database that cannot be reached will be back; an answer it refused to give is our mistake.
fn database(cause: &sqlx::Error, detail: String) -> Status {
    tracing::error!(error = %cause, "auth's database failed: {cause}");
    match cause {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            fault(Code::Unavailable, "unavailable", detail)
        }
        sqlx::Error::Database(refused) if goes_away(refused.code().as_deref()) => {
            fault(Code::Unavailable, "unavailable", detail)
        }
        _ => fault(Code::Internal, "internal", "internal error"),
    }
}

/// SQLSTATE classes 08 (connection), 53 (resources), 57 (operator intervention: shutdown, starting up)
/// and 25006 (read-only after a failover).
fn goes_away(code: Option<&str>) -> bool {
    code.is_some_and(|code| ["08", "53", "57", "25006"].iter().any(|class| code.starts_with(class)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_stable_code() {
        assert_eq!(rpc::stable_code(&Error::EmailTaken.into()), "email_taken");
        assert_eq!(rpc::stable_code(&Error::InvalidToken.into()), "unauthenticated");
        assert_eq!(rpc::stable_code(&Error::Database(sqlx::Error::PoolTimedOut).into()), "unavailable");
        assert_eq!(rpc::stable_code(&Error::Database(sqlx::Error::RowNotFound).into()), "internal");
    }

    #[test]
    fn nobody_is_signed_out_because_the_write_side_does_not_know_us() {
        let refused = fault(Code::Unauthenticated, "unauthenticated", "the token is not valid");
        assert_eq!(Status::from(Error::Command(refused)).code(), Code::Unavailable);
        let no = fault(Code::NotFound, "not_found", "there is none");
        assert_eq!(Status::from(Error::Command(no)).code(), Code::NotFound);
    }

    #[test]
    fn too_many_attempts_say_when_to_come_back() {
        let status = Status::from(Error::TooManyAttempts { retry_after: 42 });
        assert_eq!(status.metadata().get(RETRY_AFTER).unwrap(), "42");
    }
}

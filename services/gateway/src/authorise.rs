//! Who may do what, in one table: every operation of the API, and what it takes. An operation that is not in it
//! answers to nobody.

mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use domain::{Role, Scope};
use http::Method;

use crate::Error;
use crate::who::Caller;
use table::TABLE;

/// What an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: also those who are not signed in.
    Nobody,
    /// Somebody, whatever they are; also a key of any scope.
    Anybody,
    /// A person at a device, about themselves: no key.
    Person,
    /// One of these roles, and of a key this scope.
    Role(&'static [Role], Scope),
    /// One of these roles, and no key.
    RoleInPerson(&'static [Role]),
    /// An administrator of the whole system, and no key.
    Administrator,
}

/// Works: reads and writes projects.
pub const WORKERS: &[Role] = &[Role::Owner, Role::Admin, Role::Member];
/// Reads them.
pub const READERS: &[Role] = &[Role::Owner, Role::Admin, Role::Member, Role::Viewer];
/// Decides who belongs to the organisation.
pub const MANAGERS: &[Role] = &[Role::Owner, Role::Admin];
/// Reads the audit log.
pub const AUDITORS: &[Role] = &[Role::Owner, Role::Admin, Role::Auditor];
/// Sees what was used: a member their own, the others everybody's.
pub const PAYERS: &[Role] = &[Role::Owner, Role::Admin, Role::Member, Role::Billing];
/// Sees who else is there.
pub const EVERYBODY: &[Role] = &Role::ALL;

/// Paths that describe the API; anybody may read them.
const DOCS: [&str; 2] = ["/api/v1/openapi.json", "/api/v1/docs"];

pub fn check(request: &Request) -> Result<(), Error> {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    match path.filter(|path| !DOCS.iter().any(|docs| path.starts_with(docs))) {
        Some(path) => need(request.method(), path).ok_or(Error::NoSuchMethod)?.check(Caller::of(request.extensions())),
        None => Ok(()),
    }
}

/// The table by method and shape of the path.
static NEEDS: LazyLock<HashMap<(&str, String), Need>> =
    LazyLock::new(|| TABLE.iter().map(|(method, path, need)| ((*method, shape(path)), *need)).collect());

/// `None`: there is no such operation.
fn need(method: &Method, path: &str) -> Option<Need> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    NEEDS.get(&(method, shape(path.strip_prefix(crate::api::BASE)?))).copied()
}

/// Names of parameters are for people.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

impl Need {
    fn check(self, caller: Result<Caller, Error>) -> Result<(), Error> {
        if self == Self::Nobody {
            return Ok(());
        }
        let caller = caller?;
        let scopes = caller.standing.scopes.as_deref();
        match self {
            Self::Nobody | Self::Anybody => Ok(()),
            Self::Person => in_person(scopes),
            Self::Role(roles, scope) => has_role(&caller, roles).and_then(|()| has_scope(scopes, scope)),
            Self::RoleInPerson(roles) => has_role(&caller, roles).and_then(|()| in_person(scopes)),
            Self::Administrator if caller.standing.administrator => in_person(scopes),
            Self::Administrator => {
                Err(denied("administrator_required", "this takes an administrator of the whole system"))
            }
        }
    }
}

fn has_role(caller: &Caller, roles: &[Role]) -> Result<(), Error> {
    if caller.standing.roles.iter().any(|role| roles.contains(role)) {
        return Ok(());
    }
    let names = |roles: &[Role]| roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    let yours = names(&caller.standing.roles);
    let detail = format!("your role in this organisation ({yours}) does not allow this; it takes {}", names(roles));
    Err(denied("forbidden", detail))
}

/// A person is limited by their role alone.
fn has_scope(scopes: Option<&[Scope]>, needed: Scope) -> Result<(), Error> {
    match scopes {
        Some(scopes) if !scopes.contains(&needed) => {
            Err(denied("scope_required", format!("this key lacks the scope {needed}")))
        }
        _ => Ok(()),
    }
}

fn in_person(scopes: Option<&[Scope]>) -> Result<(), Error> {
    match scopes {
        Some(_) => Err(denied("person_required", "an API key cannot do this; sign in")),
        None => Ok(()),
    }
}

fn denied(code: &'static str, detail: impl Into<String>) -> Error {
    Error::Denied { code, detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn documented() -> BTreeSet<String> {
        let document = serde_json::to_value(crate::document()).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, item)| {
                let path = path.strip_prefix("/api/v1").unwrap().to_owned();
                let methods = item.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_operation_of_the_document_has_one_row_and_every_row_an_operation() {
        let rows: Vec<_> = TABLE.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
        assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), documented());
        assert_eq!(rows.len(), documented().len(), "a row is there twice");
    }

    #[test]
    fn what_is_not_in_the_table_answers_to_nobody() {
        assert_eq!(
            need(&Method::GET, "/api/v1/sessions/{session}/events"),
            need(&Method::GET, "/api/v1/sessions/{id}")
        );
        assert_eq!(need(&Method::HEAD, "/api/v1/me"), need(&Method::GET, "/api/v1/me"));
        assert_eq!(need(&Method::PUT, "/api/v1/me"), None);
        assert_eq!(need(&Method::GET, "/api/v1/unheard-of"), None);
    }

    #[test]
    fn a_key_goes_as_far_as_its_scopes() {
        assert!(has_scope(None, Scope::Manage).is_ok());
        assert!(has_scope(Some(&[Scope::Read, Scope::Audit]), Scope::Audit).is_ok());
        let refused = has_scope(Some(&[Scope::Read]), Scope::Write).unwrap_err().problem();
        assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (403, "scope_required"));
        assert_eq!(in_person(Some(&[Scope::Manage])).unwrap_err().problem().code, "person_required");
    }
}

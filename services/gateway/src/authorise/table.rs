//! Every operation, and what it takes.

use Need::{Administrator, Anybody, Nobody, Person, Role as By, RoleInPerson};
use domain::Scope::{Audit, Manage, Read, Usage, Write};

use super::{AUDITORS, EVERYBODY, MANAGERS, Need, PAYERS, READERS, WORKERS};

/// Method, path below `/api/v1`, need.
#[rustfmt::skip]
pub const TABLE: &[(&str, &str, Need)] = &[
    ("POST",   "/auth/sign-up",                                   Nobody),
    ("POST",   "/auth/sign-in",                                   Nobody),
    ("POST",   "/auth/sign-out",                                  Nobody),
    ("POST",   "/auth/refresh",                                   Nobody),
    ("POST",   "/auth/revoke",                                    Nobody),
    ("GET",    "/auth/providers",                                 Nobody),
    ("POST",   "/auth/password/forgot",                          Nobody),
    ("POST",   "/auth/password/reset",                           Nobody),
    ("POST",   "/auth/verify",                                   Nobody),
    ("POST",   "/auth/code",                                     Nobody),
    ("POST",   "/auth/code/verify",                              Nobody),
    ("POST",   "/auth/mfa/verify",                               Nobody),
    ("GET",    "/auth/login/{provider}",                         Nobody),
    ("GET",    "/auth/callback/{provider}",                      Nobody),

    ("POST",   "/auth/verify/resend",                            Person),
    ("POST",   "/auth/mfa/enroll",                               Person),
    ("POST",   "/auth/mfa/confirm",                              Person),
    ("POST",   "/me/password",                                   Person),
    ("DELETE", "/me/mfa",                                        Person),
    ("GET",    "/me/security",                                   Person),
    ("GET",    "/me/devices",                                    Person),
    ("DELETE", "/me/devices/{id}",                               Person),
    ("POST",   "/me/devices/sign-out-everywhere",                Person),
    ("POST",   "/me/identities/{provider}",                      Person),
    ("DELETE", "/me/identities/{provider}",                      Person),

    ("GET",    "/me",                                             Anybody),
    ("PATCH",  "/me",                                             Person),
    ("DELETE", "/me",                                             Person),
    ("GET",    "/me/export",                                      Person),
    ("GET",    "/models",                                         Anybody),

    ("GET",    "/org",                                            By(EVERYBODY, Read)),
    ("POST",   "/org",                                            Person),
    ("PATCH",  "/org",                                            By(MANAGERS, Manage)),
    ("GET",    "/org/list",                                       Person),
    ("POST",   "/org/switch",                                     Person),
    ("POST",   "/org/leave",                                      Person),
    ("GET",    "/org/members",                                    By(EVERYBODY, Read)),
    ("PATCH",  "/org/members/{id}",                               By(MANAGERS, Manage)),
    ("DELETE", "/org/members/{id}",                               By(MANAGERS, Manage)),
    ("GET",    "/org/invites",                                    By(MANAGERS, Manage)),
    ("POST",   "/org/invites",                                    By(MANAGERS, Manage)),
    ("DELETE", "/org/invites/{id}",                               By(MANAGERS, Manage)),
    ("POST",   "/org/invites/{id}/resend",                        By(MANAGERS, Manage)),
    ("POST",   "/org/invites/accept",                             Person),

    ("GET",    "/api-keys",                                       RoleInPerson(MANAGERS)),
    ("POST",   "/api-keys",                                       RoleInPerson(MANAGERS)),
    ("DELETE", "/api-keys/{id}",                                  RoleInPerson(MANAGERS)),

    ("GET",    "/users",                                          Administrator),
    ("GET",    "/users/{id}",                                     Administrator),
    ("PATCH",  "/users/{id}",                                     Administrator),
    ("DELETE", "/users/{id}",                                     Administrator),

    ("GET",    "/projects",                                       By(READERS, Read)),
    ("POST",   "/projects",                                       By(WORKERS, Write)),
    ("GET",    "/projects/{id}",                                  By(READERS, Read)),
    ("PATCH",  "/projects/{id}",                                  By(WORKERS, Write)),
    ("DELETE", "/projects/{id}",                                  By(WORKERS, Write)),
    ("GET",    "/projects/{id}/members",                          By(READERS, Read)),
    ("PUT",    "/projects/{id}/members/{user}",                   By(WORKERS, Write)),
    ("DELETE", "/projects/{id}/members/{user}",                   By(READERS, Write)),
    ("GET",    "/projects/{id}/files",                            By(READERS, Read)),
    ("GET",    "/projects/{id}/archive",                          By(READERS, Read)),
    ("GET",    "/projects/{id}/sessions",                         By(READERS, Read)),
    ("POST",   "/projects/{id}/sessions",                         By(WORKERS, Write)),

    ("GET",    "/sessions/{id}",                                  By(READERS, Read)),
    ("PATCH",  "/sessions/{id}",                                  By(WORKERS, Write)),
    ("DELETE", "/sessions/{id}",                                  By(WORKERS, Write)),
    ("GET",    "/sessions/{id}/messages",                         By(READERS, Read)),
    ("POST",   "/sessions/{id}/messages",                         By(WORKERS, Write)),
    ("POST",   "/sessions/{id}/imports",                          By(WORKERS, Write)),
    ("POST",   "/sessions/{id}/generations/{generation}/cancel",  By(WORKERS, Write)),
    ("GET",    "/sessions/{id}/versions",                         By(READERS, Read)),
    ("GET",    "/sessions/{id}/versions/{number}",                By(READERS, Read)),
    ("GET",    "/sessions/{id}/diff",                             By(READERS, Read)),
    ("POST",   "/sessions/{id}/restore",                          By(WORKERS, Write)),
    ("GET",    "/sessions/{id}/events",                           By(READERS, Read)),
    ("POST",   "/generate",                                       By(WORKERS, Write)),

    ("GET",    "/usage",                                          By(PAYERS, Usage)),
    ("GET",    "/usage/events",                                   By(PAYERS, Usage)),
    ("GET",    "/audit/events",                                   By(AUDITORS, Audit)),
    ("GET",    "/audit/verify",                                   By(AUDITORS, Audit)),
];

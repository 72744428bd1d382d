-- What mails, second factors and providers need. No secret is here in the clear: hashes, and one sealed secret.

-- Who came by a provider has no password.
alter table auth.credentials alter column password_hash drop not null;
alter table auth.credentials add column email_verified_at timestamptz;

-- What was handed out to be used once: links in mails, tickets between two steps of a sign-in, and the
-- browser's half of a sign-in by a provider.
create table auth.once (
    -- SHA-256 of what was handed out.
    hash bytea primary key check (length(hash) = 32),
    kind text not null check (kind in ('verify', 'reset', 'ticket', 'flow')),
    -- Null: nobody is known yet.
    user_id uuid,
    tenant_id uuid,
    -- What the next step needs to know; nothing personal.
    state jsonb not null default '{}',
    tries int not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index once_of_user on auth.once (user_id);
create index once_by_end on auth.once (expires_at);

-- Six digits by mail; one per person, the last one sent. Keyed hash: six digits alone would be guessed.
create table auth.codes (
    user_id uuid primary key,
    hash bytea not null check (length(hash) = 32),
    tries int not null default 0,
    expires_at timestamptz not null
);
create index codes_by_end on auth.codes (expires_at);

create table auth.factors (
    user_id uuid primary key,
    -- Sealed with [auth] sealing_key, bound to the user.
    secret bytea not null,
    created_at timestamptz not null default now(),
    -- Null: not yet shown to work.
    confirmed_at timestamptz,
    -- The last step whose code was taken; none up to it is taken again.
    last_step bigint not null default 0
);

create table auth.recovery_codes (
    user_id uuid not null,
    -- Keyed hash.
    hash bytea not null check (length(hash) = 32),
    used_at timestamptz,
    primary key (user_id, hash)
);

-- From which kinds of devices somebody has signed in, so that a new one is told to them.
create table auth.known_devices (
    user_id uuid not null,
    -- SHA-256 of the user and what the device calls itself, without versions.
    fingerprint bytea not null check (length(fingerprint) = 32),
    seen_at timestamptz not null default now(),
    primary key (user_id, fingerprint)
);

create table auth.identities (
    provider text not null,
    -- SHA-256 of issuer and subject.
    subject bytea not null check (length(subject) = 32),
    user_id uuid not null,
    tenant_id uuid not null,
    linked_at timestamptz not null default now(),
    primary key (provider, subject)
);
create index identities_of_user on auth.identities (user_id);

grant select, insert, update, delete on auth.once, auth.codes, auth.factors, auth.recovery_codes,
    auth.known_devices, auth.identities to atelier_auth;

-- Password accounts and opaque tokens. Neither a password nor a token is here, only their hashes.

do $$
begin
    create role atelier_auth nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- The owner's pools act as this role. A superuser may do so without being a member.
do $$
begin
    if not pg_has_role(current_user, 'atelier_auth', 'member') then
        grant atelier_auth to current_user;
    end if;
end
$$;
grant usage on schema auth to atelier_auth;

-- Written before the user is registered, and meaningless without that registration: the only way in is
-- from an e-mail address to the user that claimed it, and from there to this row.
create table auth.credentials (
    user_id uuid primary key,
    tenant_id uuid not null,
    -- PHC string: algorithm, parameters, salt, hash.
    password_hash text not null,
    created_at timestamptz not null default now(),
    -- When the sign-up was finished; null: it may be finished by whoever knows the password.
    activated_at timestamptz
);
create index credentials_unfinished on auth.credentials (created_at) where activated_at is null;

-- One sign-in on one device; everything that descends from it ends with it.
create table auth.families (
    family_id uuid primary key,
    user_id uuid not null,
    tenant_id uuid not null,
    -- What the client called itself, for the list of devices.
    device text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    -- signed_out or reused.
    revoked_because text
);
create index families_of_user on auth.families (user_id);
create index families_by_end on auth.families (expires_at);

create table auth.tokens (
    -- SHA-256 of the token.
    hash bytea primary key check (length(hash) = 32),
    family_id uuid not null references auth.families on delete cascade,
    kind text not null check (kind in ('access', 'refresh')),
    -- The refresh token this one was given for; null: given at sign-in.
    parent bytea,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    -- Refresh tokens only: when it was exchanged for new ones,
    used_at timestamptz,
    -- whether its one repetition (a lost answer) was granted,
    repeated boolean not null default false,
    -- and whether its sibling went on instead, after which it is worth nothing.
    retired boolean not null default false
);
create index tokens_of_family on auth.tokens (family_id);
create index tokens_by_parent on auth.tokens (parent) where parent is not null;
create index tokens_by_end on auth.tokens (expires_at);

grant select, insert, update, delete on auth.credentials, auth.families, auth.tokens to atelier_auth;

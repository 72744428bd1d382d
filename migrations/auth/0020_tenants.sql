-- A sign-in is for one organisation, and somebody may belong to several. Keys for scripts.

-- Where the account is; null: in the tenant of the sign-in.
alter table auth.families add column home_tenant_id uuid;

-- That a key exists, and for what, is in the log; here is by what it is recognised.
create table auth.api_keys (
    api_key_id uuid primary key,
    -- SHA-256 of the key.
    hash bytea not null unique check (length(hash) = 32),
    -- In whose name it acts, and where.
    user_id uuid not null,
    tenant_id uuid not null,
    home_tenant_id uuid not null,
    created_at timestamptz not null default now()
);
create index api_keys_of_user on auth.api_keys (user_id);
grant select, insert, update, delete on auth.api_keys to atelier_auth;

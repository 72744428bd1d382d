-- The keys that internal tokens are signed with, for all processes of the auth role. A private half is here only
-- sealed with [auth] sealing_key: who reads this table signs nothing.
create table auth.token_keys (
    -- The thumbprint of the public half (RFC 7638).
    kid text primary key,
    public_key bytea not null check (length(public_key) = 32),
    -- AES-256-GCM, bound to the kid.
    sealed_seed bytea not null,
    made_at timestamptz not null default now(),
    -- It is published from the beginning, and signs only when everybody has had the time to learn it.
    signs_from timestamptz not null,
    -- Nothing it signed is good after this. Moved forward when another key takes over.
    verifies_until timestamptz not null
);
create index token_keys_by_end on auth.token_keys (verifies_until);
grant select, insert, update, delete on auth.token_keys to atelier_auth;

-- When its person proved who they are. Another organisation on the same device is a new family, and no new proof.
alter table auth.families add column proved_at timestamptz not null default now();

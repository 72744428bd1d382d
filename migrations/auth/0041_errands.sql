-- What was promised and is still to be done: mails, and sign-ins that the log does not know yet. Each is done at
-- least once; whoever does one holds it until `due_at`, and after a crash somebody else takes it up then.
create table auth.errands (
    errand_id uuid primary key,
    kind text not null check (kind in ('mail', 'sign_in')),
    -- Null: nobody is known yet.
    user_id uuid,
    -- Sealed with [auth] sealing_key, bound to the errand: addresses and names of devices.
    sealed bytea not null,
    attempts int not null default 0,
    created_at timestamptz not null default now(),
    due_at timestamptz not null,
    -- After this it is of no use to anybody.
    expires_at timestamptz not null
);
create index errands_by_due on auth.errands (due_at);
create index errands_of_user on auth.errands (user_id);
grant select, insert, update, delete on auth.errands to atelier_auth;

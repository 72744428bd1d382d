-- Erasing a person: what was theirs is found by index, their unique values are free again, and a receipt stays.

create index events_by_owner on store.events ((payload ->> 'owner'))
    where event_type in ('ProjectCreated', 'SessionOpened');
create index events_by_heir on store.events ((payload ->> 'to'))
    where event_type in ('ProjectTransferred', 'SessionErased');
create index events_erasures on store.events (aggregate_id) where event_type = 'UserErased';
create index unique_claims_of_aggregate on store.unique_claims (aggregate_type, aggregate_id);

-- One row for each UserErased that somebody has begun to carry out; begun and not finished is carried on.
create table store.erasures (
    user_id     text        not null,
    tenant_id   text        not null,
    event_id    text        not null,
    started_at  timestamptz not null default now(),
    found       jsonb       not null,
    steps       jsonb       not null default '{}',
    finished_at timestamptz,
    receipt     jsonb,
    constraint erasures_user primary key (user_id)
);
comment on column store.erasures.found is 'What there was of the person when it began';
comment on column store.erasures.receipt is 'What went, what stays and why: ids and counts, no texts';

grant select, insert, update on store.erasures to atelier_store;
grant delete on store.unique_claims, store.snapshots to atelier_store;

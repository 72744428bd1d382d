-- Signed roots of the chain: who rewrites rows and log alike does not have the key, and these are on Kafka too.
create table store.roots (
    position   bigint      not null,
    chain_hash bytea       not null,
    at         timestamptz not null,
    key_id     text        not null,
    signature  bytea       not null,
    constraint roots_position primary key (position)
);
comment on table store.roots is 'Ed25519 over position, time and chain hash; also on the topic audit-roots';

grant select, insert on store.roots to atelier_store;

comment on column store.events.metadata is 'correlation_id, causation_id, traceparent, origin';

-- After a restore to an earlier time: positions that Kafka has and this store has not. The log keeps them, so
-- that they are never used again and the chain goes on unbroken.
create table store.lost_events (
    position       bigint      not null,
    event_id       text        not null,
    digest         bytea       not null,
    aggregate_type text,
    aggregate_id   text,
    sequence       bigint,
    noted_at       timestamptz not null default now(),
    constraint lost_events_position primary key (position)
);
comment on table store.lost_events is 'Written by `atelier relay rebase --abandon-lost`; without an aggregate: the position is on Kafka neither';
comment on column store.lost_events.digest is 'SHA-256 of the record on Kafka';

grant select on store.lost_events to atelier_store;

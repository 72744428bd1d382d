-- The event store: every table that the role `atelier_store` may touch. Events are only ever added;
-- the grants at the end say so.

create schema if not exists store;

do $$
begin
    if not exists (select from pg_roles where rolname = 'atelier_store') then
        create role atelier_store nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this cluster was quicker
end $$;

do $$
begin
    if not pg_has_role(current_user, 'atelier_store', 'member') then
        execute format('grant atelier_store to %I', current_user);
    end if;
end $$;

-- The first seven columns are postgres-es's layout, the others ours.
create table store.events (
    aggregate_type text        not null,
    aggregate_id   text        not null,
    sequence       bigint      not null,
    event_type     text        not null,
    event_version  text        not null,
    payload        jsonb       not null,
    metadata       jsonb       not null,
    tenant_id      text        not null,
    event_id       text        not null,
    occurred_at    timestamptz not null,
    actor          text        not null,
    schema_id      integer     not null,
    digest         bytea       not null,
    xid            xid8        not null default pg_current_xact_id(),
    row_id         bigint      not null generated always as identity,
    constraint events_sequence primary key (aggregate_type, aggregate_id, sequence),
    constraint events_sequence_starts_at_one check (sequence > 0)
);
create index events_in_final_order on store.events (xid, row_id);
-- What the sweeper walks: the requests of the last hours.
create index events_requests on store.events (occurred_at) where event_type = 'GenerationRequested';

comment on column store.events.metadata is 'correlation_id, causation_id, traceparent';
comment on column store.events.digest is 'SHA-256 of the framed Avro record';
comment on column store.events.xid is 'With row_id the final order: readers take only what is below the oldest running transaction';

-- postgres-es reads whole streams here: its seven columns, with our own folded into the metadata.
create view store.history as
select aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
       metadata || jsonb_build_object('tenant_id', tenant_id, 'event_id', event_id, 'occurred_at', occurred_at, 'actor', actor)
           as metadata
  from store.events;

create table store.snapshots (
    aggregate_type   text   not null,
    aggregate_id     text   not null,
    last_sequence    bigint not null,
    current_snapshot bigint not null,
    payload          jsonb  not null,
    tenant_id        text   not null,
    constraint snapshots_key primary key (aggregate_type, aggregate_id)
);
comment on column store.snapshots.payload is 'The whole state, sealed with the person''s key';

create table store.unique_claims (
    scope          text  not null,
    kind           text  not null,
    value          bytea not null,
    tenant_id      text  not null,
    aggregate_type text  not null,
    aggregate_id   text  not null,
    constraint unique_claims_value primary key (scope, kind, value)
);
comment on column store.unique_claims.scope is 'A tenant, or `global`';
comment on column store.unique_claims.value is 'HMAC of the normalised value';

create table store.idempotency (
    tenant_id  text        not null,
    actor      text        not null,
    operation  text        not null,
    key        text        not null,
    body       bytea       not null,
    answer     jsonb       not null,
    version    bigint      not null,
    created_at timestamptz not null default now(),
    constraint idempotency_call primary key (tenant_id, actor, operation, key)
);
create index idempotency_by_age on store.idempotency (created_at);
comment on column store.idempotency.body is 'HMAC of the request''s body';

create table store.worker_leases (
    worker_id  text        not null,
    expires_at timestamptz not null,
    constraint worker_leases_worker primary key (worker_id)
);

-- The relay's one row: who runs it, and how far it has come.
create table store.relay (
    only_row          boolean     not null default true,
    epoch             bigint      not null default 0,
    holder            text,
    lease_until       timestamptz not null default '-infinity',
    cursor_xid        bigint      not null default 0,
    cursor_row        bigint      not null default 0,
    position          bigint      not null default 0,
    chain_hash        bytea       not null default decode(repeat('00', 32), 'hex'),
    base_row          bigint      not null default 0,
    system_identifier bigint,
    timeline          integer,
    constraint relay_has_one_row primary key (only_row),
    constraint relay_only_row check (only_row)
);
insert into store.relay default values;
comment on column store.relay.base_row is 'Rows up to this one were there at the last rebase; their xids mean nothing here';

create table store.log (
    position   bigint not null,
    event_id   text   not null,
    chain_hash bytea  not null,
    constraint log_position primary key (position),
    constraint log_event unique (event_id)
);
comment on table store.log is 'The published order: dense positions and the hash chain over them';

-- After a rebase: what was stored but not yet published, in order.
create table store.backlog (
    row_id         bigint not null,
    aggregate_type text   not null,
    aggregate_id   text   not null,
    sequence       bigint not null,
    constraint backlog_row primary key (row_id)
);

create table store.parked_aggregates (
    aggregate_type text        not null,
    aggregate_id   text        not null,
    sequence       bigint      not null,
    event_id       text        not null,
    reason         text        not null,
    parked_at      timestamptz not null default now(),
    constraint parked_aggregates_key primary key (aggregate_type, aggregate_id)
);
comment on table store.parked_aggregates is 'Nothing of these is published, from the named sequence on';

-- So that the relay can name the transaction that holds it back; where this is not ours to grant, it cannot.
do $$
begin
    if not pg_has_role('atelier_store', 'pg_read_all_stats', 'member') then
        grant pg_read_all_stats to atelier_store;
    end if;
exception when insufficient_privilege or unique_violation then
    null;
end $$;

grant usage on schema store to atelier_store;
grant select, insert on store.events, store.log, store.unique_claims to atelier_store;
grant select on store.history to atelier_store;
grant select, insert, update on store.snapshots to atelier_store;
grant select, insert, delete on store.idempotency to atelier_store;
grant select, insert, update, delete on store.worker_leases to atelier_store;
grant select, update on store.relay to atelier_store;
grant select, insert, delete on store.backlog, store.parked_aggregates to atelier_store;

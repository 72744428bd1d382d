-- Who did what, when, from where: one row per event, a table per topic, never changed.
do $$
declare
    name text;
begin
    foreach name in array array['audit_users', 'audit_projects', 'audit_sessions'] loop
        execute format('
            create table read.%I (
                -- The event''s id.
                id text primary key,
                tenant_id text not null,
                -- The place in the whole log.
                position bigint not null,
                at timestamptz not null,
                -- A person, a worker, or the name of a service.
                actor text not null,
                event_type text not null,
                aggregate_type text not null,
                aggregate_id text not null,
                -- The event''s place in its aggregate.
                version bigint not null,
                -- The network and a hash of the user agent; null: not a person''s doing.
                origin text,
                correlation_id text not null,
                -- As it was before, where the event says so.
                old jsonb,
                -- What the event says.
                new jsonb not null,
                -- The same of what is sealed at rest: a forget deletes these.
                old_personal jsonb,
                new_personal jsonb,
                -- Paths and digests of files, which belong to the project.
                files jsonb,
                -- The personal part is gone with its key.
                erased boolean not null
            )', name);
        execute format('create index %I on read.%I (tenant_id, position)', name || '_in_order', name);
        execute format('create index %I on read.%I (tenant_id, actor, position)', name || '_of_actor', name);
        execute format('create index %I on read.%I (aggregate_id, position)', name || '_of_aggregate', name);
        execute format('alter table read.%I enable row level security', name);
        execute format('alter table read.%I force row level security', name);
        execute format(
            'create policy tenant_reads on read.%I for select to atelier_gateway
             using (tenant_id = (select current_setting(''atelier.tenant'', true)))', name);
        execute format(
            'create policy projector_writes on read.%I for all to atelier_read using (true) with check (true)', name);
        execute format('grant select on read.%I to atelier_gateway', name);
        execute format('grant select, insert, update, delete on read.%I to atelier_read', name);
    end loop;
end
$$;

-- What `atelier audit verify` found, each time: about the log as a whole, so every tenant's auditors see it.
create table read.audit_verifications (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    first_position bigint not null,
    last_position bigint not null,
    events bigint not null,
    unbroken boolean not null,
    -- Null while the log is unbroken.
    wrong_position bigint,
    wrong text,
    roots bigint not null,
    signed_up_to bigint not null,
    seconds double precision not null
);
grant select on read.audit_verifications to atelier_gateway, atelier_read;

-- topic sessions: what answers consumed and cost, folded by a projection of its own.

-- How far each session is folded here.
create table read.usage_sessions (
    id text primary key,
    tenant_id text not null,
    version bigint not null
);

-- Who asked for an answer, and what last worked on it: the events that end attempts do not say.
create table read.usage_generations (
    id text primary key,
    tenant_id text not null,
    user_id text not null,
    model text,
    provider text
);

-- One row per event that ends an attempt. The log's own words are (session_id, sequence).
create table read.usage_events (
    session_id text not null,
    sequence bigint not null,
    tenant_id text not null,
    user_id text not null,
    generation_id text not null,
    attempt integer not null,
    -- completed, failed or cancelled: the attempt that counts; abandoned: another one followed
    outcome text not null,
    -- Exactly the attempt that counts is paid for.
    billed boolean not null,
    model text,
    provider text,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    reasoning_tokens bigint not null,
    total_tokens bigint not null,
    cost numeric(28, 12) not null,
    currency text,
    price_list text,
    at timestamptz not null,
    -- In UTC.
    day date not null,
    primary key (session_id, sequence)
);
create index usage_of_person on read.usage_events (tenant_id, user_id, day);
create index usage_in_order on read.usage_events (tenant_id, user_id, at desc, session_id desc, sequence desc);

do $$
declare
    name text;
begin
    foreach name in array array['usage_sessions', 'usage_generations', 'usage_events'] loop
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

-- A projection is folded again into a copy of its tables beside the live ones, and the two are exchanged.
-- `read_next` holds copies that are being filled, `read_previous` what was live before the last exchange,
-- `read_parting` the live tables for the moment of an exchange.
create schema if not exists read_next;
create schema if not exists read_previous;
create schema if not exists read_parting;

-- Fills copies, and cannot touch what is live.
do $$
begin
    create role atelier_rebuild nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
-- Compares a copy with what is live: sees what the projector sees, in transactions that are read-only.
do $$
begin
    create role atelier_compare nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
do $$
declare
    role text;
begin
    foreach role in array array['atelier_rebuild', 'atelier_compare'] loop
        if not pg_has_role(current_user, role, 'member') then
            execute format('grant %I to current_user', role);
        end if;
    end loop;
    -- What the projector sees, who compares sees too.
    if not pg_has_role('atelier_compare', 'atelier_read', 'member') then
        grant atelier_read to atelier_compare;
    end if;
end
$$;

-- Each copy has its own places and parked records.
do $$
declare
    schema text;
begin
    foreach schema in array array['read_next', 'read_previous'] loop
        execute format('create table %I.offsets (like read.offsets including all)', schema);
        execute format('create table %I.parked (like read.parked including all)', schema);
        execute format('grant usage on schema %I to atelier_rebuild, atelier_compare', schema);
        execute format('grant select, insert, update, delete on %I.offsets, %I.parked to atelier_rebuild',
                       schema, schema);
    end loop;
end
$$;

-- The copies that are there.
create table read.copies (
    projection text not null,
    -- next or previous
    copy text not null check (copy in ('next', 'previous')),
    -- filling: not yet at its goal; ready: it has been there
    state text not null check (state in ('filling', 'ready')),
    -- The offsets to be reached, by partition: where the topic ended when the filling began.
    goal jsonb not null,
    -- The release that folded it; another one begins again.
    built_by text not null,
    started_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (projection, copy)
);

-- Who works on copies: one at a time, under an advisory lock. This row only says who it is.
create table read.copying (
    one boolean primary key default true check (one),
    projection text not null,
    what text not null,
    holder text not null,
    since timestamptz not null
);

-- Few are asked to be tried again, and every owner looks often.
create index parked_retries on read.parked (projection, topic) where retry;

-- What people see: folds of the topics, written by the projector only, read through row-level security.
-- Everything here can be thrown away and folded again from Kafka. Texts stand in the clear; a `forget`
-- deletes them. Nothing refers to another table: each row is owned by one topic, queries join.
create schema if not exists read;

do $$
begin
    create role atelier_read nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
do $$
begin
    create role atelier_gateway nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
-- The owner's pools act as these roles. A superuser may do so without being a member.
do $$
begin
    if not pg_has_role(current_user, 'atelier_read', 'member') then
        grant atelier_read to current_user;
    end if;
    if not pg_has_role(current_user, 'atelier_gateway', 'member') then
        grant atelier_gateway to current_user;
    end if;
end
$$;

-- `version` is everywhere the sequence of the last event that changed the row.

-- topic users
create table read.users (
    id text primary key,
    tenant_id text not null,
    email text not null,
    name text not null,
    -- The person was erased: the texts are gone.
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);

-- topic projects
create table read.projects (
    id text primary key,
    tenant_id text not null,
    owner text not null,
    name text not null,
    description text,
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);
create index projects_of_owner on read.projects (tenant_id, owner, id);

-- topic sessions, from here on
create table read.sessions (
    id text primary key,
    tenant_id text not null,
    project_id text not null,
    owner text not null,
    title text not null,
    erased boolean not null,
    -- The number of the newest version of the files; 0: there are none.
    head integer not null,
    -- The answer whose turn it is; all three null when none runs.
    active_generation_id text,
    active_attempt integer,
    -- requested, started or cancelling
    active_status text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);
create index sessions_of_project on read.sessions (project_id, id);
create index sessions_by_activity on read.sessions (project_id, updated_at desc, id desc);

create table read.generations (
    id text primary key,
    tenant_id text not null,
    session_id text not null,
    -- The prompt it answers.
    message_id text not null,
    -- queued, requested, started, cancelling; completed, failed or cancelled for good
    status text not null,
    -- The sequence at which it was asked for: the order of the queue, and of the answers among the messages.
    position bigint not null,
    attempt integer not null,
    -- As the user chose, later as the worker said; null: routing chooses.
    model text,
    provider text,
    number integer,
    finish_reason text,
    prompt_digest text,
    usage jsonb,
    cost jsonb,
    error_code text,
    retryable boolean,
    started_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);
create index generations_of_session on read.generations (session_id, position);
create index generations_queued on read.generations (session_id, position) where status = 'queued';

-- What was said. An answer appears when it has ended, whichever way, at the place right behind its prompt.
create table read.messages (
    id text primary key,
    tenant_id text not null,
    session_id text not null,
    -- user or assistant
    role text not null,
    position bigint not null,
    content text not null,
    reasoning text not null,
    erased boolean not null,
    -- A prompt: the answer it asked for. An answer: itself.
    generation_id text not null,
    model text,
    provider text,
    -- posted; completed, failed or cancelled
    status text not null,
    -- The version of the files that the answer made.
    number integer,
    usage jsonb,
    cost jsonb,
    error_code text,
    retryable boolean,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);
create unique index messages_of_session on read.messages (session_id, position);

create table read.versions (
    session_id text not null,
    number integer not null,
    tenant_id text not null,
    -- model or user
    author text not null,
    -- The version it changes; 0: it is the first.
    base integer not null,
    generation_id text,
    restored_from integer,
    -- The project's key was destroyed: the number stays, the files are gone.
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null,
    primary key (session_id, number)
);

-- What a version changed. The files at version n: per path the row with the highest number <= n,
-- unless that row is a deletion.
create table read.files (
    session_id text not null,
    number integer not null,
    path text not null,
    tenant_id text not null,
    -- create, patch, rename or delete
    op text not null,
    -- Null exactly for a deletion.
    content text,
    -- In hex, of the content.
    sha256 text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null,
    primary key (session_id, number, path)
);
create unique index files_newest on read.files (session_id, path, number desc);

do $$
declare
    name text;
begin
    foreach name in array array['users', 'projects', 'sessions', 'generations', 'messages', 'versions', 'files'] loop
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
grant usage on schema read to atelier_read, atelier_gateway;

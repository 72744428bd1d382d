-- With whom projects are shared, and whether that lets somebody see what is in them.

-- topic projects
create table read.project_members (
    project_id text not null,
    user_id text not null,
    tenant_id text not null,
    -- editor or viewer; the owner is in `projects`
    role text not null,
    -- Since when it is shared with them.
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- When they left, were taken out, or the project went.
    deleted_at timestamptz,
    version bigint not null,
    primary key (project_id, user_id)
);
create index project_members_of_user on read.project_members (user_id);

call read.protect('project_members');

-- What is shared with somebody. Its text is read when it runs, as that of `read.belongs`: so it means the table that is
-- live then.
create function read.shared_with(person text) returns setof text language sql stable as
    'select m.project_id from read.project_members m where m.user_id = person and m.deleted_at is null';

-- Within a tenant, people see their own and what is shared with them, whatever a query asks for.
create policy own_or_shared on read.projects as restrictive for select to atelier_gateway
    using (owner = (select current_setting('atelier.person', true))
           or id in (select read.shared_with((select current_setting('atelier.person', true)))));
create policy own_or_shared on read.sessions as restrictive for select to atelier_gateway
    using (owner = (select current_setting('atelier.person', true))
           or project_id in (select read.shared_with((select current_setting('atelier.person', true)))));

-- Organisations, who belongs to them, and what somebody is in the whole system.

-- Row-level security of a read model, as every one has it: a tenant's people see the tenant's rows, only the
-- projector writes.
create procedure read.protect(name text) language plpgsql as $$
begin
    execute format('alter table read.%I enable row level security', name);
    execute format('alter table read.%I force row level security', name);
    execute format(
        'create policy tenant_reads on read.%I for select to atelier_gateway
         using (tenant_id = (select current_setting(''atelier.tenant'', true)))', name);
    execute format(
        'create policy projector_writes on read.%I for all to atelier_read using (true) with check (true)', name);
    execute format('grant select on read.%I to atelier_gateway', name);
    execute format('grant select, insert, update, delete on read.%I to atelier_read', name);
end
$$;

-- topic tenants, from here on

create table read.tenants (
    -- The tenant itself, twice: as an id, and as every row names its tenant.
    id text primary key,
    tenant_id text not null,
    -- Empty: it was never given one.
    name text not null,
    -- It came with its first owner's account.
    home boolean not null,
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version bigint not null
);

create table read.members (
    tenant_id text not null,
    user_id text not null,
    -- owner, admin, member, viewer, auditor or billing
    role text not null,
    -- When they joined.
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- When they left.
    deleted_at timestamptz,
    version bigint not null,
    primary key (tenant_id, user_id)
);
create index members_of_user on read.members (user_id);

create table read.invites (
    id text primary key,
    tenant_id text not null,
    role text not null,
    email text not null,
    invited_by text not null,
    expires_at timestamptz not null,
    -- Who followed it.
    accepted_by text,
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- When it was followed or revoked.
    deleted_at timestamptz,
    version bigint not null
);
create index invites_of_tenant on read.invites (tenant_id, id);

create table read.api_keys (
    id text primary key,
    tenant_id text not null,
    name text not null,
    -- Separated by blanks.
    scopes text not null,
    created_by text not null,
    expires_at timestamptz,
    erased boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- When it was revoked.
    deleted_at timestamptz,
    version bigint not null
);
create index api_keys_of_tenant on read.api_keys (tenant_id, id);

call read.protect('tenants');
call read.protect('members');
call read.protect('invites');
call read.protect('api_keys');

-- Whether somebody belongs to a tenant. Its text is read when it runs, so that it means the tables that are live
-- then: a policy that named them itself would go with them when a rebuild exchanges them.
create function read.belongs(person text, tenant text) returns boolean language sql stable as
    'select exists (select from read.members m
                     where m.tenant_id = tenant and m.user_id = person and m.deleted_at is null)';

-- People see where they belong, whichever tenant they work in now,
create policy person_reads on read.members for select to atelier_gateway
    using (user_id = (select current_setting('atelier.person', true)));
create policy person_reads on read.tenants for select to atelier_gateway
    using (read.belongs((select current_setting('atelier.person', true)), id));
-- themselves and those who belong to it,
create policy person_reads on read.users for select to atelier_gateway
    using (id = (select current_setting('atelier.person', true))
           or read.belongs(id, (select current_setting('atelier.tenant', true))));
-- and administrators of the system everybody.
create policy administrator_reads on read.users for select to atelier_gateway
    using ((select current_setting('atelier.administrator', true)) = 'yes');

-- topic users
alter table read.users add column tier text not null default 'free';
alter table read.users add column role text not null default 'user';

-- The audit of the topic tenants, as 0003 has it for the others.
create table read.audit_tenants (like read.audit_users including all);
alter index read.audit_tenants_tenant_id_position_idx rename to audit_tenants_in_order;
alter index read.audit_tenants_tenant_id_actor_position_idx rename to audit_tenants_of_actor;
alter index read.audit_tenants_aggregate_id_position_idx rename to audit_tenants_of_aggregate;
call read.protect('audit_tenants');

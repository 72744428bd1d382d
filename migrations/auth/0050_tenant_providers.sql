-- Providers that the people of one organisation sign in by. The log knows them too, without their secrets.
create table auth.tenant_providers (
    provider_id uuid primary key,
    tenant_id uuid not null,
    kind text not null check (kind in ('oidc', 'github')),
    label text not null,
    -- Null: github.com.
    issuer text,
    client_id text not null,
    -- Sealed with [auth] sealing_key, bound to the provider.
    secret bytea not null,
    -- What somebody becomes without an invite; empty: nothing.
    joins text not null,
    created_at timestamptz not null default now()
);
create index tenant_providers_of_tenant on auth.tenant_providers (tenant_id, provider_id);
grant select, insert, update, delete on auth.tenant_providers to atelier_auth;

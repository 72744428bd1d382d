-- Data keys, one line of them per owner, each wrapped by the key-encryption key. Nobody but the role
-- `atelier_keys` reads them; destroying the wrapped bytes is what erases a person.

create schema if not exists keys;

do $$
begin
    if not exists (select from pg_roles where rolname = 'atelier_keys') then
        create role atelier_keys nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this cluster was quicker
end $$;

do $$
begin
    if not pg_has_role(current_user, 'atelier_keys', 'member') then
        execute format('grant atelier_keys to %I', current_user);
    end if;
end $$;

create table keys.data_keys (
    key_id       text        not null,
    tenant_id    text        not null,
    owner        text        not null,
    kek_id       text        not null,
    wrapped      bytea,
    created_at   timestamptz not null default now(),
    destroyed_at timestamptz,
    constraint data_keys_key primary key (key_id),
    constraint data_keys_owner unique (tenant_id, owner),
    constraint data_keys_destroyed_is_empty check ((wrapped is null) = (destroyed_at is not null))
);
create index data_keys_by_owner on keys.data_keys (owner);

comment on table keys.data_keys is 'Whose texts and files are sealed with which key';
comment on column keys.data_keys.owner is 'usr_… for texts, prj_… for files';
comment on column keys.data_keys.kek_id is 'Fingerprint of the key-encryption key, so that a wrong one is named and not guessed';
comment on column keys.data_keys.wrapped is 'AES-256-GCM nonce and ciphertext of 32 bytes; null once destroyed';

grant usage on schema keys to atelier_keys;
grant select, insert, update on keys.data_keys to atelier_keys;

-- What a process remembers of aggregates must not outlive a restore of this database. An append says which era
-- it was decided in; in another one it is refused, and decided again on what is stored.
create table store.rebases (
    one   boolean primary key default true check (one),
    count bigint  not null
);
comment on table store.rebases is 'How often `atelier relay rebase` has accepted this database as the one to go on with';
insert into store.rebases (count) values (0);
grant select on store.rebases to atelier_store;

-- Another one after each start of the server, in another database, and after each rebase.
create function store.era() returns text language sql stable set search_path = '' as $$
    select extract(epoch from pg_catalog.pg_postmaster_start_time())::text
        || '/' || (select oid::text from pg_catalog.pg_database where datname = pg_catalog.current_database())
        || '/' || (select count::text from store.rebases)
$$;

create function store.require_era(expected text) returns boolean language plpgsql set search_path = '' as $$
begin
    if store.era() <> expected then
        raise exception 'decided in another era of this store' using errcode = 'AT001';
    end if;
    return true;
end
$$;
grant execute on function store.era(), store.require_era(text) to atelier_store;

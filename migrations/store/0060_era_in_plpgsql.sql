-- Every append asks for the era. A function in SQL is parsed and planned anew by each statement that calls it; what is
-- written in PL/pgSQL is planned once by each connection. Neither sets anything: they act as who calls them, and name
-- what they read with its schema.

create or replace function store.era() returns text language plpgsql stable as $$
begin
    return extract(epoch from pg_catalog.pg_postmaster_start_time())::text
        || '/' || (select oid::text from pg_catalog.pg_database where datname = pg_catalog.current_database())
        || '/' || (select count::text from store.rebases);
end
$$;

create or replace function store.require_era(expected text) returns boolean language plpgsql as $$
begin
    if store.era() <> expected then
        raise exception 'decided in another era of this store' using errcode = 'AT001';
    end if;
    return true;
end
$$;

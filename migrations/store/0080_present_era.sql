-- An append looks at the era inside its own statement: a view is planned with it, a function is a call. Where the
-- database is in its cluster stands in the path of any of its tables; another database never has the same.

create view store.present_era as
select extract(epoch from pg_catalog.pg_postmaster_start_time())::text
           || '/' || pg_catalog.pg_relation_filepath('store.rebases')
           || '/' || count::text as era
  from store.rebases;
comment on view store.present_era is 'Another one after each start of the server, in another database, and after each rebase';

create function store.refuse_era() returns boolean language plpgsql as $$
begin
    raise exception 'decided in another era of this store' using errcode = 'AT001';
end
$$;

-- For the processes of the version before this one, while an upgrade goes on.
create or replace function store.era() returns text language plpgsql stable as $$
begin
    return (select era from store.present_era);
end
$$;

grant select on store.present_era to atelier_store;
grant execute on function store.refuse_era() to atelier_store;

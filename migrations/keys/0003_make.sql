-- Making a key in one round trip. Making and destroying keys of one owner wait for each other, so that no new one
-- slips past an erasure; each statement of a function sees what was committed before it, so the insert sees what the
-- lock has waited for.

create function keys.make(made text, tenant text, whose text, number integer, wrapping text, bytes bytea)
returns setof keys.data_keys language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('keys of ' || whose, 0));
    insert into keys.data_keys (key_id, tenant_id, owner, version, kek_id, wrapped, destroyed_at)
    select made, tenant, whose, number, wrapping, case when not erased then bytes end, case when erased then now() end
      from (select exists (select from keys.erasures where owner = whose) as erased) as known
    on conflict (tenant_id, owner, version) do nothing;
    return query select * from keys.data_keys where tenant_id = tenant and owner = whose order by version desc limit 1;
end $$;

comment on function keys.make is 'The newest key of an owner, after one of this version was made unless there is one; an erased owner gets a destroyed one';

-- Copies of read models hold texts as they were when they were folded. Those from before an erasure go: the
-- projector may not drop tables, but it may call this. False: somebody works on copies now; ask again.
create function read.forget_copies(erased timestamptz) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
    copy record;
begin
    if not exists (select from read.copies where updated_at < erased) then
        return true;
    end if;
    -- As every operator's command does: one at a time.
    if not pg_try_advisory_xact_lock(hashtextextended('atelier.copies', 0)) then
        return false;
    end if;
    for copy in select schemaname, tablename from pg_catalog.pg_tables
                 where schemaname in ('read_next', 'read_previous') and tablename not in ('offsets', 'parked') loop
        execute format('drop table %I.%I', copy.schemaname, copy.tablename);
    end loop;
    delete from read_next.offsets;
    delete from read_next.parked;
    delete from read_previous.offsets;
    delete from read_previous.parked;
    delete from read.copies;
    return true;
end
$$;
revoke all on function read.forget_copies(timestamptz) from public;
grant execute on function read.forget_copies(timestamptz) to atelier_read;

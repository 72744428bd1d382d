-- What policies ask, of every read. A function in SQL that looks into a table is parsed and planned anew by each
-- statement that calls it; what is written in PL/pgSQL is planned once by each connection.

create or replace function read.belongs(person text, tenant text) returns boolean language plpgsql stable as $$
begin
    return exists (select from read.members m
                    where m.tenant_id = tenant and m.user_id = person and m.deleted_at is null);
end
$$;

create or replace function read.shared_with(person text) returns setof text language plpgsql stable as $$
begin
    return query select m.project_id from read.project_members m where m.user_id = person and m.deleted_at is null;
end
$$;

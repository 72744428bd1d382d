-- Who read the audit log: one more topic, one more table like the others.
create table read.audit_inspections (like read.audit_users including all);
alter table read.audit_inspections enable row level security;
alter table read.audit_inspections force row level security;
create policy tenant_reads on read.audit_inspections for select to atelier_gateway
    using (tenant_id = (select current_setting('atelier.tenant', true)));
create policy projector_writes on read.audit_inspections for all to atelier_read using (true) with check (true);
grant select on read.audit_inspections to atelier_gateway;
grant select, insert, update, delete on read.audit_inspections to atelier_read;

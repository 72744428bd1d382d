-- Several keys per owner, one after the other; and who was erased, kept apart from the keys, so that no
-- key of theirs is made, restored or unwrapped again.

alter table keys.data_keys add column version integer not null default 1;
alter table keys.data_keys drop constraint data_keys_owner;
alter table keys.data_keys add constraint data_keys_owner unique (tenant_id, owner, version);

comment on column keys.data_keys.version is 'The highest one of an owner seals; the others only open what they sealed';

create table keys.erasures (
    owner     text        not null,
    erased_at timestamptz not null default now(),
    constraint erasures_owner primary key (owner)
);
create index erasures_by_time on keys.erasures (erased_at);
comment on table keys.erasures is 'Owners (usr_…, prj_…) whose keys were destroyed; rows are never deleted';

insert into keys.erasures (owner, erased_at)
select owner, min(destroyed_at) from keys.data_keys where destroyed_at is not null group by owner;

grant select, insert on keys.erasures to atelier_keys;

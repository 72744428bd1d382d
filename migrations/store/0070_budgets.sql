-- Tokens that people and organisations may use in a day: kept free before an answer is asked for, settled when it is over.
create table store.budgets (
    tenant_id text   not null,
    holder    text   not null,
    day       date   not null,
    used      bigint not null default 0,
    reserved  bigint not null default 0,
    constraint budgets_of_a_day primary key (tenant_id, holder, day),
    constraint budgets_are_not_negative check (used >= 0 and reserved >= 0)
);
comment on column store.budgets.holder is 'A person, or the organisation itself';
comment on column store.budgets.day is 'In UTC';

create table store.reservations (
    generation_id text        not null,
    session_id    text        not null,
    tenant_id     text        not null,
    person        text        not null,
    day           date        not null,
    tokens        bigint      not null,
    made_at       timestamptz not null default now(),
    constraint reservations_generation primary key (generation_id)
);
create index reservations_by_age on store.reservations (made_at);

-- Keeps tokens free for a holder, if that leaves nobody above their limit. No limit is null.
create function store.keep_free(in_tenant text, of_holder text, on_day date, amount bigint, at_most bigint)
returns boolean language plpgsql as $$
begin
    insert into store.budgets as held (tenant_id, holder, day, reserved)
    select in_tenant, of_holder, on_day, amount where at_most is null or amount <= at_most
        on conflict (tenant_id, holder, day) do update set reserved = held.reserved + amount
     where at_most is null or held.used + held.reserved + amount <= at_most;
    return found;
end
$$;

-- Who has too little: `tenant` or `person`; null if it is reserved. The organisation's row is always locked first, so that
-- no two wait for each other.
create function store.reserve(
    generation text, of_session text, in_tenant text, of_person text, on_day date, amount bigint,
    tenant_limit bigint, person_limit bigint
) returns text language plpgsql as $$
begin
    if not store.keep_free(in_tenant, in_tenant, on_day, amount, tenant_limit) then
        return 'tenant';
    end if;
    if not store.keep_free(in_tenant, of_person, on_day, amount, person_limit) then
        update store.budgets set reserved = reserved - amount
         where tenant_id = in_tenant and holder = in_tenant and day = on_day;
        return 'person';
    end if;
    insert into store.reservations (generation_id, session_id, tenant_id, person, day, tokens)
    values (generation, of_session, in_tenant, of_person, on_day, amount);
    return null;
end
$$;

-- What was kept free for an answer becomes what it used, once.
create function store.settle(generation text, tokens_used bigint) returns void language plpgsql as $$
declare
    kept store.reservations;
begin
    delete from store.reservations where generation_id = generation returning * into kept;
    if not found then
        return;
    end if;
    update store.budgets set reserved = reserved - kept.tokens, used = used + tokens_used
     where tenant_id = kept.tenant_id and holder = kept.tenant_id and day = kept.day;
    update store.budgets set reserved = reserved - kept.tokens, used = used + tokens_used
     where tenant_id = kept.tenant_id and holder = kept.person and day = kept.day;
end
$$;

grant select, insert, update, delete on store.budgets, store.reservations to atelier_store;

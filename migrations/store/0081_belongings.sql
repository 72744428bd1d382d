-- What came to a person, under one index: every append looks at each index of the events, whether it has a part in
-- it or not.

create view store.belongings as
select aggregate_type, aggregate_id, tenant_id, event_type,
       coalesce(payload ->> 'owner', payload ->> 'to', payload ->> 'user_id') as person
  from store.events
 where event_type in ('ProjectCreated', 'SessionOpened', 'ProjectTransferred', 'SessionErased',
                      'TenantCreated', 'MemberJoined', 'MemberAdmitted', 'ProjectShared');
comment on view store.belongings is 'What a person made, was handed, joined or was let into';

create index events_belongings
    on store.events ((coalesce(payload ->> 'owner', payload ->> 'to', payload ->> 'user_id')))
 where event_type in ('ProjectCreated', 'SessionOpened', 'ProjectTransferred', 'SessionErased',
                      'TenantCreated', 'MemberJoined', 'MemberAdmitted', 'ProjectShared');

drop index store.events_by_owner, store.events_by_heir, store.events_by_member, store.events_by_first_owner,
           store.events_by_admitted, store.events_by_guest;

grant select on store.belongings to atelier_store;

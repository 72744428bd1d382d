-- Where somebody belongs is found by index: for their erasure.
create index events_by_member on store.events ((payload ->> 'user_id')) where event_type = 'MemberJoined';
create index events_by_first_owner on store.events ((payload ->> 'owner')) where event_type = 'TenantCreated';

-- With whom a project was shared is found by index: for their leaving and their erasure.
create index events_by_guest on store.events ((payload ->> 'user_id')) where event_type = 'ProjectShared';

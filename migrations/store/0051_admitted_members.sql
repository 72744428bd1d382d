-- Where somebody belongs by a provider is found by index: for their erasure.
create index events_by_admitted on store.events ((payload ->> 'user_id')) where event_type = 'MemberAdmitted';

-- The answers that were asked for and are not over: what the sweeper offers again, and what the closer gives up.
-- The tail behind a request is short: a session answers one prompt at a time.

create view store.open_requests as
select e.aggregate_type, e.aggregate_id, e.sequence, e.tenant_id, e.occurred_at,
       e.payload ->> 'generation_id' as generation_id,
       attempt.event_type as attempt, attempt.occurred_at as attempt_at,
       attempt.event_type = 'GenerationStarted' and exists (
           select from store.worker_leases w where w.worker_id = attempt.worker_id and w.expires_at > now()) as held,
       exists (
           select from store.events c
            where c.aggregate_type = e.aggregate_type and c.aggregate_id = e.aggregate_id and c.sequence > e.sequence
              and c.event_type = 'CancellationRequested'
              and c.payload ->> 'generation_id' = e.payload ->> 'generation_id') as to_stop
  from store.events e
  left join lateral (
       select a.event_type, a.occurred_at, a.payload ->> 'worker_id' as worker_id
         from store.events a
        where a.aggregate_type = e.aggregate_type and a.aggregate_id = e.aggregate_id and a.sequence > e.sequence
          and a.event_type in ('GenerationStarted', 'AttemptAbandoned')
          and a.payload ->> 'generation_id' = e.payload ->> 'generation_id'
        order by a.sequence desc limit 1) attempt on true
 where e.event_type = 'GenerationRequested'
   and not exists (
       select from store.events t
        where t.aggregate_type = e.aggregate_type and t.aggregate_id = e.aggregate_id and t.sequence > e.sequence
          and t.event_type in ('GenerationCompleted', 'GenerationFailed', 'GenerationCancelled')
          and t.payload ->> 'generation_id' = e.payload ->> 'generation_id');
comment on column store.open_requests.attempt is 'GenerationStarted or AttemptAbandoned, the last of them; null: nobody has begun';
comment on column store.open_requests.held is 'A worker that renews its lease is at it';
comment on column store.open_requests.to_stop is 'Somebody pressed Stop';

grant select on store.open_requests to atelier_store;

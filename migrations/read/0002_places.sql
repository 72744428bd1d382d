-- Where each projection stands in Kafka, kept with what it wrote: in the same transaction.
create table read.offsets (
    projection text not null,
    topic text not null,
    partition integer not null,
    -- The next record to fold. Moved only by who read exactly this value: a late owner is fenced.
    next_offset bigint not null,
    -- The highest position folded; at or below it, a record is the relay's repeat.
    last_position bigint not null,
    -- Counts owners; only the last one writes.
    epoch bigint not null,
    updated_at timestamptz not null default now(),
    primary key (projection, topic, partition)
);

-- Records that could not be folded, and those of the same key that came after and wait behind them, in order.
create table read.parked (
    projection text not null,
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    -- The record as it was received, still sealed.
    key bytea not null,
    value bytea,
    headers jsonb not null,
    -- Why; null: it only waits behind an earlier one.
    reason text,
    -- Asked to be tried again.
    retry boolean not null default false,
    parked_at timestamptz not null default now(),
    primary key (projection, topic, partition, "offset")
);
create index parked_keys on read.parked (projection, topic, partition, key);

grant select, insert, update, delete on read.offsets, read.parked to atelier_read;

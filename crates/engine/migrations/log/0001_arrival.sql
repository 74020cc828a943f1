-- What came, in the order it came. Written once; the record has where each message stands.
create table arrival (
    seq $key,
    channel text not null,
    format text not null,
    received_at bigint not null,
    sender text not null,
    control_id text not null,
    message_type text not null,
    event_time text not null,
    order_key text,
    other_order_key text,
    -- The third and later keys, a JSON array: seldom any.
    more_order_keys text,
    nhs_number text,
    control_id_reused bigint not null,
    -- Why nobody can read it: for the quarantine.
    unreadable text,
    body_bytes bigint not null,
    body_hash $blob not null,
    body $blob
);

create unique index arrival_identity on arrival (control_id, channel, sender, body_hash)
    where control_id <> '';

create unique index arrival_unreadable on arrival (channel, body_hash)
    where unreadable is not null;

-- What waits is counted for every patient shown; the index grows at its end, which is cheap.
create index arrival_waiting on arrival
    (seq, channel, received_at, order_key, other_order_key, nhs_number);

create table arrival_repeat (
    seq $key,
    times bigint not null
);

create table channel_repeat (
    channel text primary key,
    times bigint not null
);

-- Which log this is, and after which number it begins.
create table log_identity (
    id text primary key,
    numbers_after bigint not null
)

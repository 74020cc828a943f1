create table message (
    seq $identity,
    channel text not null,
    format text not null,
    received_at bigint not null,
    sender text not null,
    control_id text not null,
    message_type text not null,
    event_time text not null,
    body_bytes bigint not null,
    body_hash $blob not null,
    order_key text,
    other_order_key text,
    control_id_reused bigint not null,
    duplicates bigint not null,
    state text not null,
    attempts bigint not null,
    next_attempt_at bigint,
    error_category text,
    error text,
    processed_at bigint,
    config_hash text
);

create unique index message_identity on message (control_id, channel, sender, body_hash)
    where control_id <> '';

create index message_channel on message (channel, seq);

create index message_open on message (state, seq)
    where state <> 'processed';

create index message_due on message (next_attempt_at)
    where state = 'retrying';

create index message_in_the_way on message (order_key, seq)
    where state in ('retrying', 'parked', 'held');

create index message_in_the_way_too on message (other_order_key, seq)
    where state in ('retrying', 'parked', 'held');

create table message_body (
    seq bigint primary key references message (seq),
    body $blob not null
);

create table message_event (
    id $identity,
    seq bigint not null references message (seq),
    at bigint not null,
    kind text not null,
    actor text not null,
    note text not null
);

create index message_event_seq on message_event (seq, id);

create table channel_total (
    channel text primary key,
    processed bigint not null,
    duplicates bigint not null
)

-- What goes out, one row for each message and destination; the order of ids is the order to send in.
create table outbound_message (
    id $identity,
    destination text not null,
    -- The message it was made of, and which part of it.
    message bigint not null,
    part bigint not null,
    channel text not null,
    -- The patients it must stay in order for, a JSON array; null for none.
    order_keys text,
    format text not null,
    control_id text not null,
    -- Where below the destination's address: `PUT Patient/…`.
    target text not null,
    body_bytes bigint not null,
    state text not null,
    attempts bigint not null,
    next_attempt_at bigint,
    error text,
    made_at bigint not null,
    -- Delivered or skipped.
    ended_at bigint,
    unique (destination, message, part)
);

create index outbound_waiting on outbound_message (destination, id) where state = 'waiting';

create index outbound_stuck on outbound_message (destination, state, id)
    where state in ('retrying', 'parked', 'held');

create index outbound_by_destination on outbound_message (destination, id);

create index outbound_of_message on outbound_message (message);

create index outbound_ended on outbound_message (destination, ended_at) where ended_at is not null;

-- Apart, so that a change of state does not write the bytes again; gone once kept long enough.
create table outbound_body (
    id $key,
    body $blob not null
);

-- The patients behind whom others wait: of what is retrying, parked or held, and of nothing else.
create table outbound_stuck_key (
    destination text not null,
    order_key text not null,
    id bigint not null,
    primary key (destination, order_key, id)
) $clustered;

create index outbound_stuck_key_by_id on outbound_stuck_key (id);

create table outbound_event (
    id $identity,
    outbound bigint not null,
    at bigint not null,
    kind text not null,
    actor text not null,
    note text not null
);

create index outbound_event_by_outbound on outbound_event (outbound, id);

-- Whether somebody has paused it, and since when it has not answered.
create table destination_state (
    destination text primary key,
    paused_by text,
    paused_at bigint,
    pause_reason text,
    failing_since bigint,
    failures bigint not null,
    next_attempt_at bigint,
    error text
)

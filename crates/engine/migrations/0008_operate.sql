-- Channels whose messages are accepted and kept, and not taken into the record.
create table channel_pause (
    channel text primary key,
    at bigint not null,
    actor text not null,
    reason text not null
);

-- Messages that an operator made of others.
create table message_copy (
    copy bigint primary key,
    original bigint not null,
    at bigint not null,
    actor text not null,
    reason text not null
);

create index message_copy_original on message_copy (original);

-- What was done to many messages at once.
create table bulk (
    id $identity,
    deed text not null,
    about text not null,
    reason text not null,
    actor text not null,
    begun_at bigint not null,
    ended_at bigint,
    asked bigint not null,
    done bigint not null,
    refused bigint not null
);

-- How many messages came in each minute and each hour, counted from 1970 UTC.
create table arrival_count (
    channel text not null,
    span text not null,
    number bigint not null,
    count bigint not null,
    primary key (channel, span, number)
);

create table arrival_counted (
    id bigint primary key,
    seq bigint not null
);

-- Fields that carried a value and were not used: never the value.
create table unmapped_count (
    channel text not null,
    message_type text not null,
    path text not null,
    count bigint not null,
    last_seq bigint not null,
    primary key (channel, message_type, path)
)

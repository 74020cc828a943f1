-- What happened to people's care that somebody has subscribed to.
create table topic_event (
    seq $identity,
    topic text not null,
    local_patient text not null,
    -- What it is about: `Encounter/…`.
    focus text not null,
    message bigint not null,
    -- When it happened, and when we heard of it.
    at bigint not null,
    recorded_at bigint not null,
    unique (topic, focus, message)
);

create index topic_event_by_topic on topic_event (topic, seq);

-- Null for changes of identity.
alter table subscription add column topic text;
alter table subscription add column content text;
alter table subscription add column heartbeat_seconds bigint;
-- Its endpoint has answered the handshake.
alter table subscription add column shaken bigint not null default 0;
-- When it was last sent anything.
alter table subscription add column spoken_at bigint;

-- Which event had which number for whom, so that they can be asked for again.
create table told_event (
    subscription text not null,
    number bigint not null,
    event bigint not null,
    primary key (subscription, number)
) $clustered

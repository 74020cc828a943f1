-- How far the log has been taken into the record: moved in the transaction that gives the effects.
create table log_position (
    id bigint primary key,
    seq bigint not null
);

-- The log whose numbers these are.
create table log_seen (
    id text primary key
)

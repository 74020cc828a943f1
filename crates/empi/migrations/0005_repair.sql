-- How far the repair pass has come that runs beside the messages: one row. Link events up to
-- links_through have been looked at; the slow sweep over everybody stands after record swept_through.
create table repair_state (
    id bigint primary key,
    model text not null,
    links_through bigint not null,
    swept_through bigint not null,
    sweep_began_at bigint not null,
    sweep_ended_at bigint,
    joined bigint not null,
    parted bigint not null,
    problem text,
    problem_at bigint
);

-- Records whose details have changed since the pass looked at them; no link event says so. One row
-- for each change: what comes while a record is looked at is looked at again.
create table amended_record (
    seq $identity,
    patient bigint not null
)

-- The current version of every resource, and where it stands in time.
create table resource (
    resource_type text not null,
    id text not null,
    local_patient text not null,
    organisation text not null,
    version bigint not null,
    last_version bigint not null,
    event_time bigint not null,
    body_hash text not null,
    element_times text,
    primary key (resource_type, id)
);

create index resource_by_local_patient on resource (local_patient, resource_type);

-- Every version ever written; was_current is 0 for news that was older than what we had.
create table resource_version (
    resource_type text not null,
    id text not null,
    version bigint not null,
    event_time bigint not null,
    recorded_at bigint not null,
    message bigint not null,
    organisation text not null,
    was_current bigint not null,
    body $blob not null,
    primary key (resource_type, id, version)
);

-- What a page draws, one row for a resource; no JSON is read to draw a list.
create table prepared_row (
    resource_type text not null,
    id text not null,
    version bigint not null,
    local_patient text not null,
    section text not null,
    organisation text not null,
    at bigint,
    at_precision text not null,
    until bigint,
    code text,
    code_system text,
    text text not null,
    value text,
    unit text,
    reference_range text,
    flag text,
    status text,
    detail text,
    heading text,
    position bigint not null,
    author text,
    confidentiality text not null,
    recorded_at bigint not null,
    message bigint not null,
    primary key (resource_type, id)
);

create index prepared_row_by_section on prepared_row (local_patient, section, at);

-- Hospital stays, for "in hospital now?".
create table stay (
    id text primary key,
    local_patient text not null,
    organisation text not null,
    class text not null,
    status text not null,
    place text,
    ward text,
    consultant text,
    admitted_at bigint,
    expected_discharge_at bigint,
    discharged_at bigint,
    as_of bigint not null
);

create index stay_by_local_patient on stay (local_patient, status);

-- What was said about a spell, in the order it arrived; the Encounter is folded from all of it.
create table spell_event (
    seq $identity,
    encounter text not null,
    local_patient text not null,
    body text not null,
    message bigint not null
);

create index spell_event_by_encounter on spell_event (encounter, seq);

-- People, and the links that make them. A person is the set of local patients whose `person` it
-- is; link_event says how that came about, and is never changed.

create table person (
    seq $identity,
    id text not null unique,
    merged_into text
);
create index person_by_redirect on person (merged_into);

create table local_patient (
    seq $identity,
    id text not null unique,
    person text not null,
    authority text not null,
    value text not null,
    organisation text not null,
    demographics text not null,
    merged_into text,
    updated_at bigint not null
);
create index local_patient_by_person on local_patient (person);

create table blocking_key (
    key text not null,
    patient bigint not null,
    primary key (key, patient)
);

create table link_event (
    seq $identity,
    at bigint not null,
    kind text not null,
    local_patient text not null,
    person text not null,
    other_person text,
    rule text not null,
    weight double precision,
    waterfall text not null,
    model_version text not null,
    actor text not null
);
create index link_event_by_person on link_event (person);
create index link_event_by_other on link_event (other_person);
create index link_event_by_patient on link_event (local_patient);

create table review (
    seq $identity,
    a text not null,
    b text not null,
    kind text not null,
    priority bigint not null,
    weight double precision not null,
    waterfall text not null,
    model_version text not null,
    filed_by text not null,
    filed_at bigint not null,
    state text not null,
    closed_by text,
    closed_at bigint,
    unique (a, b)
);
create index review_by_state on review (state, priority, seq);
create index review_by_other on review (b);

create table assertion (
    patient text not null,
    other text not null,
    same bigint not null,
    actor text not null,
    at bigint not null,
    primary key (patient, other)
)

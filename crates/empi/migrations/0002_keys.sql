-- Blocking keys as 64-bit hashes, in a table that is its own index: an add writes a dozen of them at
-- random places, so each must cost one page and no more. `index_keys` fills it anew from the
-- records, in batches, and blocking_state remembers how far it has come and for which keys.

drop table blocking_key;
create table blocking_key (
    key bigint not null,
    patient bigint not null,
    primary key (key, patient)
) $clustered;

create table blocking_state (
    version text primary key not null,
    through bigint not null,
    complete bigint not null
);

-- The two records whose comparison decided: evidence about one pair, which the repair pass keeps.
alter table link_event add column decided_a text;
alter table link_event add column decided_b text;

-- The NHS number that has replaced the one the source still sends (PDS merges two numbers into one).
alter table local_patient add column current_number text;
create table superseded_number (
    old text primary key,
    current text not null,
    at bigint not null
);
create index superseded_number_by_current on superseded_number (current);

-- What sources say about pairs of records: A24 links them, A37 takes that back.
create table source_link (
    patient text not null,
    other text not null,
    same bigint not null,
    organisation text not null,
    at bigint not null,
    primary key (patient, other)
);

-- Whose child a newborn is, by the mother's number (PID-21).
create table birth (
    newborn text primary key,
    mother text not null,
    birth_order bigint,
    at bigint not null
);
create index birth_by_mother on birth (mother);

-- Most events have no other person and most ids do not redirect: an index of those that do is small.
drop index link_event_by_other;
create index link_event_by_other on link_event (other_person) where other_person is not null;
drop index person_by_redirect;
create index person_by_redirect on person (merged_into) where merged_into is not null

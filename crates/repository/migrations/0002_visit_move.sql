-- Visits that a hospital gave to another patient or number (kind 'moved': A44 and its relatives),
-- and visits that it knows under two numbers of one patient (kind 'same': A40). Only ever added to.
create table visit_move (
    seq $identity,
    kind text not null,
    from_encounter text not null,
    from_authority text not null,
    from_patient text not null,
    from_visit text not null,
    to_encounter text not null,
    to_authority text not null,
    to_patient text not null,
    to_visit text not null,
    at bigint not null,
    message bigint not null,
    unique (from_encounter, to_encounter, kind, at)
);

create index visit_move_to on visit_move (to_encounter);

create index spell_event_by_patient on spell_event (local_patient, encounter)

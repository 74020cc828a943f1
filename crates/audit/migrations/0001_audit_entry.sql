-- The trail. Rows are inserted and never changed; `hash` covers every other column and so, through
-- `previous_hash`, every earlier row. Who did it is kept as it was then: name, role, organisation.
create table audit_entry (
    seq bigint primary key,
    at bigint not null,
    user_id text,
    user_name text not null,
    role text not null,
    organisation text not null,
    action text not null,
    person text,
    basis text not null,
    policies text not null,
    reason text not null,
    outcome text not null,
    alert text not null,
    detail text not null,
    answers bigint,
    previous_hash text not null,
    hash text not null
);

create index audit_entry_person on audit_entry (person, seq);
create index audit_entry_user on audit_entry (user_id, seq);
create index audit_entry_at on audit_entry (at);
create index audit_entry_alert on audit_entry (seq) where alert <> '';
create index audit_entry_answers on audit_entry (answers) where answers is not null;

-- One row: the last entry. It keeps writers in line and shows when the end of the trail is cut off.
create table audit_head (
    id bigint primary key,
    seq bigint not null,
    hash text not null
);

insert into audit_head (id, seq, hash) values (1, 0, '');

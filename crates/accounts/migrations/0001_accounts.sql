create table account_organisation (
    ods text primary key,
    name text not null,
    kind text not null
);

create table account_user (
    id text primary key,
    username text not null unique,
    name text not null,
    password_hash text not null,
    role text not null,
    organisation text not null references account_organisation (ods),
    disabled bigint not null,
    failures bigint not null,
    locked_until bigint,
    created_at bigint not null
);

-- Only the SHA-256 of a token is kept: whoever reads this table cannot sign in with it.
create table account_session (
    token_hash text primary key,
    user_id text not null references account_user (id),
    started_at bigint not null,
    last_seen_at bigint not null,
    ended_at bigint
);

create index account_session_user on account_session (user_id);

-- Why an organisation has a reason in its work to know a local patient. `source` is what made it
-- (a spell, an appointment, a care package), so that news about one does not end another.
create table account_relationship (
    local_patient text not null,
    organisation text not null,
    basis text not null,
    source text not null,
    from_at bigint not null,
    until_at bigint,
    primary key (local_patient, organisation, basis, source)
);

create table account_claim (
    id $identity,
    user_id text not null,
    person text not null,
    reason text not null,
    reason_text text not null,
    made_at bigint not null,
    until_at bigint not null
);

create index account_claim_user on account_claim (user_id, person, until_at);

-- Kept for the person and for each local patient then linked, so that a merge or a split of people
-- cannot lose it.
create table account_dissent (
    subject text primary key,
    since bigint not null
);

-- What stewards need for a day's work: which question comes first, who has said what, what a decision
-- changed (so that it can be taken back exactly), and links drawn by lot to be read again.

alter table review add column in_hospital bigint not null default 0;
alter table review add column seen_at bigint;

-- The first answer of two, or the referral: who gave it, and when.
alter table review add column asked_by_user text;
alter table review add column asked_by text;
alter table review add column asked_at bigint;
alter table review add column referred_to text;
alter table review add column note text;
-- A source has sent new details since the question was referred to it.
alter table review add column looked_again_at bigint;
-- The answer that decided it: review_answer.seq.
alter table review add column decision bigint;

create table review_answer (
    seq $identity,
    review bigint not null,
    at bigint not null,
    kind text not null,
    user_id text,
    actor text not null,
    note text not null,
    effects text
);
create index review_answer_by_review on review_answer (review, seq);
create index review_answer_by_time on review_answer (at);

-- The records of the people whose links a decision moved: a later one must be undone first.
create table decision_record (
    patient text not null,
    answer bigint not null,
    primary key (patient, answer)
);

create table activity (
    patient text primary key,
    in_hospital bigint not null,
    moved_at bigint,
    seen_at bigint not null
);

create table link_sample (
    seq $identity,
    source text not null,
    origin bigint not null,
    a text not null,
    b text not null,
    weight double precision,
    wanted bigint not null,
    sampled_at bigint not null,
    unique (source, origin)
);
create index link_sample_by_record on link_sample (a);

create table sample_reading (
    sample bigint not null,
    user_id text not null,
    actor text not null,
    said text not null,
    at bigint not null,
    primary key (sample, user_id)
)

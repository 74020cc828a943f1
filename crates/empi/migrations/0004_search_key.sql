-- What a system may search by, one row for each value a record gives: a letter for the kind, and the
-- value in small plain letters and digits, so that the beginning of a value is a range on every
-- engine whatever its collation.
create table search_key (
    key text not null,
    patient bigint not null,
    primary key (key, patient)
) $clustered

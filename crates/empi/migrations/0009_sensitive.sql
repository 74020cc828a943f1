-- Whether its source protects the record (PDS S-flag), beside the details that say so: what is asked
-- of a person is looked through after each of their messages, and hardly anybody is protected.
alter table local_patient add column sensitive bigint not null default 0;
update local_patient set sensitive = 1 where demographics like '%"sensitive":true%'

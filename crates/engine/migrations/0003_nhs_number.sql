alter table message add column nhs_number text;

create index message_open_by_nhs_number on message (nhs_number)
    where state <> 'processed'

-- By what messages are found: the patient's numbers, and who sent an id.
create index message_order_key on message (order_key, seq)
    where order_key is not null;

create index message_other_order_key on message (other_order_key, seq)
    where other_order_key is not null;

create index message_nhs_number on message (nhs_number, seq)
    where nhs_number is not null

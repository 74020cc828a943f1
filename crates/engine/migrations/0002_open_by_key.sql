create index message_open_by_key on message (order_key)
    where state <> 'processed';

create index message_open_by_other_key on message (other_order_key)
    where state <> 'processed';

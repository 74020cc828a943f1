-- The third and later patients of a message that names more than two.
create table message_more_key (
    order_key text not null,
    seq bigint not null references message (seq),
    primary key (order_key, seq)
);

create index message_more_key_by_message on message_more_key (seq)

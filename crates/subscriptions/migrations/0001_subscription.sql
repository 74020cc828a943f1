-- Systems that want to hear of changes of identity. `position` is the last change told, or passed
-- over because it was not theirs to hear; changes after it are still to come, in their order.
create table subscription (
    seq $identity,
    id text not null unique,
    client text not null,
    criteria text not null,
    endpoint text not null,
    resource text not null,
    status text not null,
    error text not null,
    position bigint not null,
    told bigint not null,
    attempts bigint not null,
    due_at bigint not null,
    ends_at bigint
);
create index subscription_by_client on subscription (client, seq);
create index subscription_by_due on subscription (status, due_at)

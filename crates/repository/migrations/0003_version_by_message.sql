-- What a message wrote. It grows at its end, which is cheap.
create index resource_version_by_message on resource_version (message)

-- When a patient was last attended in person, and how: whoever is attended after a death needs a look.
alter table activity add column attended_at bigint;
alter table activity add column attended_as text;
-- The resource that says so, should it be withdrawn.
alter table activity add column attended_in text

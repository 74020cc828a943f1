-- What was known of two records when a steward called them one person's: what comes later is new.
alter table assertion add column seen_numbers text;
alter table assertion add column seen_details text

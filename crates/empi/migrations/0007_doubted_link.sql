-- The place of a kind among the others is its danger. A link that somebody doubts stands second.
update review set priority = priority + 1 where priority >= 1

-- The first name of who asked, in groups: the model tells people apart by it.

ALTER TABLE turns ADD COLUMN name TEXT;

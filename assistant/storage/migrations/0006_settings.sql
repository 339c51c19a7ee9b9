-- What /settings offers; what a topic chose goes before what its chat chose.

ALTER TABLE chats ADD COLUMN footer INTEGER;
ALTER TABLE chats ADD COLUMN stream TEXT;
ALTER TABLE chats ADD COLUMN length TEXT;
ALTER TABLE chats ADD COLUMN temperature REAL;
ALTER TABLE chats ADD COLUMN changed_by TEXT;
ALTER TABLE topics ADD COLUMN language TEXT;
ALTER TABLE topics ADD COLUMN footer INTEGER;
ALTER TABLE topics ADD COLUMN stream TEXT;
ALTER TABLE topics ADD COLUMN length TEXT;
ALTER TABLE topics ADD COLUMN temperature REAL;
ALTER TABLE topics ADD COLUMN changed_by TEXT;

-- Whether a group, or a topic of it, wants every picture answered.

ALTER TABLE chats ADD COLUMN watch INTEGER;
ALTER TABLE topics ADD COLUMN watch INTEGER;

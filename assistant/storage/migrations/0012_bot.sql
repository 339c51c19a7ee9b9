-- Whose data this is, by getMe's id, in one row at most: the numbers of messages, files and updates are that bot's.

CREATE TABLE bot (id INTEGER PRIMARY KEY) STRICT;

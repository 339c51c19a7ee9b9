-- Messages about what could not be read: the file's own, which has a number in its album all the same, and what the bot
-- said about it.
CREATE TABLE unread (
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    album TEXT,
    created_at REAL NOT NULL,
    PRIMARY KEY (chat, message_id)
) STRICT, WITHOUT ROWID;

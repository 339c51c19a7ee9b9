-- The last messages that people sent to the bot, as they read: a picture that follows one may belong to its question,
-- and an edit is compared with it.
CREATE TABLE heard (
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    topic INTEGER NOT NULL,
    person INTEGER,
    said_at REAL NOT NULL,
    words TEXT NOT NULL,
    file TEXT,
    subject TEXT NOT NULL,
    -- The parsed question in JSON; the message that asked it, if it is not this one; the one that began to answer it.
    asked TEXT,
    question INTEGER,
    answer INTEGER,
    PRIMARY KEY (chat, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_of_person ON heard (chat, topic, person, message_id);

-- Who looked at the current pictures last, and when: the later somebody asks, the more it can be doubted what about.
ALTER TABLE looked_at ADD COLUMN person INTEGER;
ALTER TABLE looked_at ADD COLUMN looked_on REAL NOT NULL DEFAULT 0;

-- What is done with a picture that comes without a question.
ALTER TABLE chats ADD COLUMN unasked TEXT;
ALTER TABLE topics ADD COLUMN unasked TEXT;

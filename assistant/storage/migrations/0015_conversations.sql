-- Conversations on the page in a browser. Each is a chat, whose number is 2^52 and its id: beyond all of Telegram's.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Whose it is, by Telegram's id; 0: of whoever uses this machine.
    person INTEGER NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    changed_at REAL NOT NULL,
    -- Whether it is being deleted: a killed process does the rest at its next start.
    deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversations_of_person ON conversations (person, changed_at);

-- What was sent there: files and questions. Their numbers are those of messages, each given once.
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- The file's name or the question, in JSON; and its answer, NULL as long as there is none.
    sent TEXT NOT NULL,
    told TEXT,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX entries_of_conversation ON entries (conversation, number);

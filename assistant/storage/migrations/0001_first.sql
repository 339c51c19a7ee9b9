-- The first layout: updates that arrived, chats, pictures, and what was said about them.

CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    payload BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'working', 'done', 'set_aside')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    answer_message_id INTEGER,
    received_at REAL NOT NULL,
    finished_at REAL
) STRICT;
CREATE INDEX inbox_unfinished ON inbox (update_id) WHERE state IN ('waiting', 'working');
CREATE INDEX inbox_finished ON inbox (finished_at) WHERE state = 'done';

CREATE TABLE chats (
    id INTEGER PRIMARY KEY,
    detail TEXT,
    language TEXT,
    picture INTEGER REFERENCES pictures (id) ON DELETE SET NULL,
    stranger_told_at REAL
) STRICT;

CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    album TEXT,
    source TEXT NOT NULL CHECK (source IN ('photo', 'file')),
    file_id TEXT NOT NULL,
    file_unique_id TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    path TEXT NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (chat, message_id)
) STRICT;
CREATE INDEX pictures_album ON pictures (chat, album) WHERE album IS NOT NULL;

CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    message_id INTEGER,
    user INTEGER,
    level TEXT,
    finish TEXT,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX turns_of_picture ON turns (picture, id);
CREATE INDEX turns_of_message ON turns (chat, message_id);

-- Which picture a message is about: the picture itself, questions, answers, so that a reply finds it.
CREATE TABLE message_pictures (
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, message_id)
) STRICT, WITHOUT ROWID;

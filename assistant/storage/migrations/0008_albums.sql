-- A question may be about several pictures: an album, or pages of a document. Keys change, so tables are recreated.

CREATE TABLE new_pictures (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    album TEXT,
    source TEXT NOT NULL CHECK (source IN ('photo', 'file', 'preview', 'page')),
    file_id TEXT NOT NULL,
    file_unique_id TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    path TEXT NOT NULL,
    -- Of a document: which page this is, and how many it has; else 0.
    page INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    UNIQUE (chat, message_id, page)
) STRICT;
INSERT INTO new_pictures (
    id, chat, message_id, album, source, file_id, file_unique_id, width, height, bytes, path, created_at
)
SELECT id, chat, message_id, album, source, file_id, file_unique_id, width, height, bytes, path, created_at
FROM pictures;
DROP TABLE pictures;
ALTER TABLE new_pictures RENAME TO pictures;
CREATE INDEX pictures_album ON pictures (chat, album) WHERE album IS NOT NULL;

CREATE TABLE new_message_pictures (
    chat INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, message_id, picture)
) STRICT, WITHOUT ROWID;
INSERT INTO new_message_pictures SELECT chat, message_id, picture FROM message_pictures;
DROP TABLE message_pictures;
ALTER TABLE new_message_pictures RENAME TO message_pictures;

-- What the next question in a chat, or in a topic of it, is about; topic 0 is the chat outside of any.
CREATE TABLE looked_at (
    chat INTEGER NOT NULL,
    topic INTEGER NOT NULL,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, topic, picture)
) STRICT, WITHOUT ROWID;
INSERT INTO looked_at SELECT id, 0, picture FROM chats WHERE picture IN (SELECT id FROM pictures);
INSERT INTO looked_at SELECT chat, topic, picture FROM topics WHERE picture IN (SELECT id FROM pictures);
ALTER TABLE chats DROP COLUMN picture;
ALTER TABLE topics DROP COLUMN picture;

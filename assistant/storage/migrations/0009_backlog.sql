-- Updates that wait are found by their chat, so that only a few of each chat are in memory; commands and presses apart.

ALTER TABLE inbox ADD COLUMN chat INTEGER;
ALTER TABLE inbox ADD COLUMN quick INTEGER NOT NULL DEFAULT 0;
-- When it was brought back after having been set aside (seconds since 1970).
ALTER TABLE inbox ADD COLUMN retried_at REAL;
-- Whether the process died before the number of the answer's message was known: there may be one.
ALTER TABLE inbox ADD COLUMN maybe_begun INTEGER NOT NULL DEFAULT 0;
-- What of a chat a /forget deleted so far, in JSON: a killed one goes on, and tells the whole of it.
ALTER TABLE inbox ADD COLUMN deleted TEXT;

UPDATE inbox SET chat = coalesce(
    CAST(payload AS TEXT) ->> '$.message.chat.id',
    CAST(payload AS TEXT) ->> '$.callback_query.message.chat.id',
    CAST(payload AS TEXT) ->> '$.my_chat_member.chat.id'
) WHERE payload <> x'' AND json_valid(CAST(payload AS TEXT));
CREATE INDEX inbox_of_chat ON inbox (chat, quick, update_id) WHERE state = 'waiting';
-- From here on only what the process died of itself is counted.
UPDATE inbox SET attempts = 0 WHERE state IN ('waiting', 'working');

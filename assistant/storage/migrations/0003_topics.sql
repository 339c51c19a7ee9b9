-- What a topic of a forum has of its own; the General topic is the chat itself.

CREATE TABLE topics (
    chat INTEGER NOT NULL,
    topic INTEGER NOT NULL,
    detail TEXT,
    picture INTEGER REFERENCES pictures (id) ON DELETE SET NULL,
    PRIMARY KEY (chat, topic)
) STRICT, WITHOUT ROWID;

-- Who was let in, who asked to be, and who was turned away; a group has a negative id.

CREATE TABLE admissions (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT,
    standing TEXT NOT NULL CHECK (standing IN ('owner', 'admin', 'guest', 'asking', 'refused')),
    asked_at REAL,
    decided_by INTEGER,
    decided_at REAL
) STRICT;
CREATE UNIQUE INDEX admissions_one_owner ON admissions (standing) WHERE standing = 'owner';

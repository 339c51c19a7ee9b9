-- When the owner was told of an update that was set aside (seconds since 1970); NULL: not yet.

ALTER TABLE inbox ADD COLUMN reported_at REAL;

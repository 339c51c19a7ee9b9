-- The usual distance between strokes of a picture without lines of print, in pixels as sent. NULL: hardly any, or the
-- picture was taken in before.

ALTER TABLE pictures ADD COLUMN stroke REAL;

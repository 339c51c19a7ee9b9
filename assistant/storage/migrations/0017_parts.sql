-- The parts of a picture of print that are not margin, each as left, top, right and bottom in fractions of its upright
-- sides: what is not blank, or else what letters are in. NULL: nearly all of it, or it was taken in before.

ALTER TABLE pictures ADD COLUMN drawn TEXT;
ALTER TABLE pictures ADD COLUMN printed TEXT;

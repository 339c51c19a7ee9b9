-- What was found out about a picture when it was taken in: the size of its print and how many characters there are
-- about, by how many quarter turns the copy was turned, and what is wrong with the file (words of `Flaw`).

ALTER TABLE pictures ADD COLUMN print_height REAL;
ALTER TABLE pictures ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN flaws TEXT NOT NULL DEFAULT '';

-- By what a picture's copy on the disk is known to be whole; NULL: it was written before there were digests.

ALTER TABLE pictures ADD COLUMN digest TEXT;

"""The contents of papers, a file for each kind or two."""

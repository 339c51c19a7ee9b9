"""What stands on papers, one file for each kind or two."""

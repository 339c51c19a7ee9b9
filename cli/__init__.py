"""The command line: above everything else, imported by nothing."""

"""Tests of what a question says, and of the open questions."""

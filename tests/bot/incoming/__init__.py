"""Tests of attachments and their pictures."""

"""Tests of the settings and the token."""

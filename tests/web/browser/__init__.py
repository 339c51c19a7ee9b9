"""Tests of the page in a real Chromium, which are skipped where there is none."""

"""Tests of how an answer gets onto the screen."""

"""Tests of the model service."""

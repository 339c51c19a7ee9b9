"""Flat shapes in plain colours."""

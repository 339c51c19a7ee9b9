"""Rendering of answers: generated ones, and any text."""

"""Layouts that a browser prints: papers, screens, signs, charts, and what cannot be read."""

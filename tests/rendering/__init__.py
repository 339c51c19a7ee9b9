"""How answers are shown: generated ones, and any text."""

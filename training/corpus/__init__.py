"""Print the corpus of real pages: documentation from packages, and layouts of our own by a headless browser."""

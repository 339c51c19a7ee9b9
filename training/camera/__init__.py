"""A camera that photographs pages carelessly."""

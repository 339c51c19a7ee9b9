"""A model on a server."""

"""What docs/security.md promises: each point tried, each held."""

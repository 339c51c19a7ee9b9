"""The promises of docs/security.md: each point tried, each held."""

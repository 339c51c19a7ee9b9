"""Small real proxies, and what goes through them."""

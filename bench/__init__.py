"""Measures what Eyeglass does on this machine; nothing else imports it."""

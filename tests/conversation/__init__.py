"""Conversations with the real application, over real HTTP, with the playground's Bot API."""

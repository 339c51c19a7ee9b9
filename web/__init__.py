"""The page in a browser: a second front end on the assistant. Knows nothing of Telegram.

`server` listens, `entrance` knows who asks, `guard` bounds what they send, `app` puts the routes together.
"""

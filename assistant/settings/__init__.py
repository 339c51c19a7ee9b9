"""What the owner set, and what a chat may choose about itself.

`settings` makes settings.toml and the environment one frozen Settings, `settings_errors` says what is wrong with them,
and `token` finds the bot's token, which is never kept. `chat_settings` is what a chat or a topic may choose, for which
the owner's settings are the defaults.
"""

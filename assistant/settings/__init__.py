"""Settings of the owner, and of each chat.

`settings` makes settings.toml and the environment one frozen Settings, and `errors` says what is wrong with them.
`chat_settings` is what a chat or a topic may choose, for which the owner's settings are the defaults.
"""

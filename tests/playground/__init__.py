"""The playground: a Bot API server that is strict where Telegram is."""

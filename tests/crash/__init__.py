"""The real process is killed, stopped, and started again."""

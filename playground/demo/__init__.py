"""The demo: the real bot, the real model and the playground's server play a conversation on this machine."""

from playground.demo.play import main

__all__ = ["main"]

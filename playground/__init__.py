"""A Bot API server on loopback, for people without a token, for tests and for the demo."""

from playground.app import Call
from playground.chat import Chat
from playground.limits import Limits
from playground.people import Person
from playground.presses import Press
from playground.rooms import Button, Draft, Post
from playground.server import Server, serve
from playground.state import Event, Happening

__all__ = [
    "Button",
    "Call",
    "Chat",
    "Draft",
    "Event",
    "Happening",
    "Limits",
    "Person",
    "Post",
    "Press",
    "Server",
    "serve",
]

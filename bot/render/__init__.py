"""Render the model's Markdown as text and entities for Telegram: `assistant.markdown` reads it."""

from bot.render.answers import as_copyable, growing, render
from bot.render.parts import MOST_ENTITIES, MOST_PARTS, MOST_UNITS, Part, Rendered
from bot.render.splitting import units

__all__ = [
    "MOST_ENTITIES",
    "MOST_PARTS",
    "MOST_UNITS",
    "Part",
    "Rendered",
    "as_copyable",
    "growing",
    "render",
    "units",
]

"""Reminders on notes: whole templates, and templates put together from an opening, an errand and an end."""

import random
import re

from training.lists import read_lists

LISTS = read_lists("papers/reminders")

RIDES = LISTS.EVENTS[:6]
ERRANDS = (
    (*(f"{verb} {{phone}}" for verb in LISTS.CALLS), *(f"{verb} {{name}}" for verb in LISTS.PEOPLE)),
    tuple(f"{verb} {{name}} {link} {{phone}}" for verb in LISTS.CALLS for link in ("on", "at", "under", "-")),
    tuple(f"{verb} {{email}}" for verb in LISTS.MAILS),
    tuple(f"{verb} {{web}}" for verb in LISTS.SITES),
    tuple(f"{verb} the {{thing}}" for verb in LISTS.CHORES),
    tuple(f"{verb} {{name}} the {{thing}}" for verb in ("Give", "Send", "Show", "Lend", "Bring", "Sell")),
    tuple(f"{verb} the {{thing}} to {{email}}" for verb in ("Send", "Forward", "Scan", "Offer")),
    tuple(f"{verb} the {{thing}} {link} {{web}}" for verb in ("Buy", "Find", "Order") for link in ("on", "from")),
    tuple(f"{{name}} {verb}" for verb in LISTS.VISITORS),
    tuple(f"The {event} {verb}" for event in LISTS.EVENTS for verb in LISTS.STARTS),
    tuple(f"The {ride} {link} {{place}} {verb}" for ride in RIDES for link in ("to", "from") for verb in LISTS.STARTS),
)
SLOT = re.compile(r"\{(\w+)\}")


def reminder(rng: random.Random) -> str:
    """Choose a template of training, as often put together as whole; never a held-out one."""
    if rng.random() < 0.4:
        return rng.choice(LISTS.NOTES)
    while True:
        opening, errand, end = rng.choice(LISTS.OPENINGS), rng.choice(rng.choice(ERRANDS)), rng.choice(LISTS.ENDS)
        if opening and not errand.startswith("{"):
            errand = errand[0].lower() + errand[1:]
        template = opening + errand + end
        slots = SLOT.findall(template)
        if len(slots) == len(set(slots)) and template not in LISTS.HELD_OUT_NOTES:
            return template

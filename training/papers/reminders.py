"""Reminders on notes: whole templates, and templates put together from an opening, an errand and an end."""

import random
import re

NOTES = (
    "Call {name} at {phone} before {day}",
    "Meet {name} at {time} in {place}",
    "{name} phoned. Please ring back: {phone}",
    "Buy {thing}, {thing} and {thing}",
    "Pay the {thing} by {date}",
    "{day}: dentist at {time}",
    "Password for the {thing}: {number}",
    "Dear {name}, thank you for the {thing}!",
    "Return the {thing} to {name} on {date}",
    "Room {number}, ask for {name}",
    "Train to {place} leaves at {time}",
    "Don't forget the {thing} for {name}",
    "Write to {email} about the {thing}",
    "Pick up {name} at {place}, {time}",
    "The key is under the {thing}.",
    "See {web} for the {thing}",
    "{name} owes me {price}",
    "Locker {number}: {thing} and {thing}",
    "Back at {time}. {name}",
    "Flight {number} on {date} at {time}",
    "Please water the {thing} until {day}",
    "{name}'s birthday is on {date}",
    "Lunch with {name}, {time}",
    "New phone number: {phone}",
    "The parcel with the {thing} comes on {date}",
    "Ask {name} for the {thing}",
    "Bring the {thing} to {place}",
    "Send the {thing} to {email}",
    "Gone to {place}, back by {time}",
    "The {thing} cost {price}",
    "Meeting moved to {time} on {date}",
    "In an emergency call {phone}",
    "Happy birthday, {name}! Here is a {thing}.",
    "Milk, {thing}, {thing}, eggs",
    "{name}: {phone}",
    "{phone} ({name})",
    "{name}'s number is {phone}",
    "Questions? {phone} or {email}",
    "The {thing} man has a new number, {phone}",
    "{name} now lives in {place}",
    "{name} wrote from {email}",
    "Everything about the {thing}: {web}",
    "{web} has the best {thing}",
    "It says so on {web}, too",
    "{email} is the address for the {thing}",
    "{time}: {name}, {time}: {name}",
    "{date}, {time}, {place}",
    "{day} {time} {thing}, then {thing}",
    "We moved to {place}, love, {name}",
    "Sorry, I was in {place}. {name}",
    "I lent {name} the {thing} on {date}",
    "Closed until {date}",
    "From {date} on the {thing} costs {price}",
    "No {thing} today, ask again at {time}",
    "{thing}, {thing} and {name}'s {thing}",
    "The code of the {thing} is {number}",
)
HELD_OUT_NOTES = (
    "{name} will be here at {time}",
    "Reach {name} on {phone}",
    "We need {thing}, {thing} and some {thing}",
    "Book the {thing} for {date}",
    "Look at {web} before {day}",
    "The bus to {place} goes at {time}",
    "Mail the {thing} to {email}",
    "Give {name} the {thing} on {date}",
    "Leave the {thing} at {place}",
    "Ring {phone} about the {thing}",
)
OPENINGS = (
    *("", "", "", "", "", "", "Please ", "Don't forget: ", "Remember: ", "To do: ", "{day}: ", "{time}: ", "{date}: "),
    *(
        "Reminder: ",
        "IMPORTANT: ",
        "I must ",
        "We should ",
        "You can ",
        "{name}: ",
        "Tomorrow: ",
        "Could you ",
        "Then ",
    ),
)
CALLS = ("Call", "Ring", "Phone", "Dial", "Text", "Try", "Contact", "Message", "Reach", "Answer", "Get", "Note")
PEOPLE = (
    *("Call", "Ring", "Meet", "Visit", "Ask", "Thank", "Collect", "Fetch", "Pick up", "Invite", "Help", "Pay", "See"),
    *("Talk to", "Wait for", "Write to", "Dinner with", "Coffee with", "Tennis with", "Lesson with", "Remind", "Tell"),
)
MAILS = (
    "Write to",
    "Mail",
    "E-mail",
    "Answer",
    "Ask",
    "Send it to",
    "Reply to",
    "Message",
    "Sign up with",
    "Order from",
)
SITES = ("See", "Look at", "Visit", "Go to", "Check", "Read", "Open", "Try", "Order at", "Sign up at", "Search", "Find")
CHORES = (
    *("Buy", "Book", "Bring", "Return", "Mend", "Clean", "Order", "Sell", "Move", "Paint", "Water", "Feed", "Post"),
    *("Leave", "Take", "Fetch", "Give back", "Wash", "Lock", "Renew", "Cancel", "Print", "Finish", "Mail", "Need"),
)
VISITORS = (
    "comes",
    "arrives",
    "leaves",
    "lands",
    "calls",
    "is back",
    "is here",
    "moves in",
    "visits",
    "has time",
    "flies",
)
EVENTS = (
    *("bus", "train", "plane", "boat", "ferry", "coach", "lesson", "party", "match", "film", "show", "tour", "concert"),
    *("shop", "bank", "meeting", "course", "race", "talk", "sale", "market", "play", "exam", "class"),
)
STARTS = ("starts", "begins", "leaves", "ends", "opens", "closes", "arrives", "is", "stops", "goes", "returns")
RIDES = EVENTS[:6]
ERRANDS = (
    (*(f"{verb} {{phone}}" for verb in CALLS), *(f"{verb} {{name}}" for verb in PEOPLE)),
    tuple(f"{verb} {{name}} {link} {{phone}}" for verb in CALLS for link in ("on", "at", "under", "-")),
    tuple(f"{verb} {{email}}" for verb in MAILS),
    tuple(f"{verb} {{web}}" for verb in SITES),
    tuple(f"{verb} the {{thing}}" for verb in CHORES),
    tuple(f"{verb} {{name}} the {{thing}}" for verb in ("Give", "Send", "Show", "Lend", "Bring", "Sell")),
    tuple(f"{verb} the {{thing}} to {{email}}" for verb in ("Send", "Forward", "Scan", "Offer")),
    tuple(f"{verb} the {{thing}} {link} {{web}}" for verb in ("Buy", "Find", "Order") for link in ("on", "from")),
    tuple(f"{{name}} {verb}" for verb in VISITORS),
    tuple(f"The {event} {verb}" for event in EVENTS for verb in STARTS),
    tuple(f"The {ride} {link} {{place}} {verb}" for ride in RIDES for link in ("to", "from") for verb in STARTS),
)
ENDS = (
    *(
        "",
        "",
        "",
        " about the {thing}",
        " for the {thing}",
        " because of the {thing}",
        " before {day}",
        " after {time}",
    ),
    *(
        " on {date}",
        " at {time}",
        " by {date}",
        " until {time}",
        " in {place}",
        " with {name}",
        " next {day}",
        ", {time}",
    ),
    *(" at {place}", " from {place}", " near the {thing}", " - {date}", " ({day})", " again", " on {day} at {time}"),
    *(
        " when you are in {place}",
        " if the {thing} breaks",
        " on {date}, {time}",
        " and the {thing}",
        " today",
        "!",
        ".",
    ),
)
SLOT = re.compile(r"\{(\w+)\}")


def reminder(rng: random.Random) -> str:
    """Choose a template of training, as often put together as whole; never a held-out one."""
    if rng.random() < 0.4:
        return rng.choice(NOTES)
    while True:
        opening, errand, end = rng.choice(OPENINGS), rng.choice(rng.choice(ERRANDS)), rng.choice(ENDS)
        if opening and not errand.startswith("{"):
            errand = errand[0].lower() + errand[1:]
        template = opening + errand + end
        slots = SLOT.findall(template)
        if len(slots) == len(set(slots)) and template not in HELD_OUT_NOTES:
            return template

"""What people send besides texts and pictures, for Chat.send_content: a place, a poll, pictures for stars."""

from typing import Any

from playground.files import Files
from playground.wire import JSON

LOCATION: JSON = {"location": {"latitude": 52.5, "longitude": 13.4}}
CONTACT: JSON = {"contact": {"phone_number": "+4930123456", "first_name": "Ben"}}
DICE: JSON = {"dice": {"emoji": "🎲", "value": 3}}
POLL: JSON = {
    "poll": {
        "id": "5872",
        "question": "Tea or coffee?",
        "options": [
            {"persistent_id": name, "text": name, "voter_count": 0} for name in ("Tea", "Coffee")
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
}  # fmt: skip
SOUND = b"a sound that nobody decodes here"


def voice(files: Files) -> JSON:
    """Return the content of a voice message."""
    return {"voice": files.keep(SOUND, "voice", ".oga").reference() | {"duration": 3, "mime_type": "audio/ogg"}}


def paid(*photos: list[JSON], hidden: int = 0, stars: int = 5) -> JSON:
    """Return the content of a message with paid media: photos that were paid for, and some that were not (`hidden`)."""
    media: list[Any] = [{"type": "photo", "photo": photo} for photo in photos]
    media += [{"type": "preview", "width": 640, "height": 480}] * hidden
    return {"paid_media": {"star_count": stars, "paid_media": media}}

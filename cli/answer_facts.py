"""What `eyeglass ask --json` tells of an answer."""

from assistant.pictures.documents import Opened
from assistant.storage import Picture
from model_service import GenerationOutput


def as_object(output: GenerationOutput, picture: Opened | Picture) -> dict[str, object]:
    """Return the answer with the facts about it; sizes are in pixels, times in seconds. A page has its number, too."""
    plan = output.plan
    return {
        "answer": output.text.strip(),
        "level": str(plan.detail) if plan else None,
        "rows": plan.rows if plan else None,
        "columns": plan.columns if plan else None,
        "width": plan.width if plan else None,
        "height": plan.height if plan else None,
        "tokens": plan.tokens if plan else None,
        "seconds_to_first_token": _rounded(output.seconds_to_first_token),
        "total_seconds": _rounded(output.seconds),
        **({"page": picture.page, "pages": picture.pages} if picture.page else {}),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)

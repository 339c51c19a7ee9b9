"""What the page has to know at its start: words, model, dial, and the person's conversations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.progress import is_away
from assistant.settings.detail_setting import DetailSetting
from assistant.texts import (
    LANGUAGES,
    LEVELS,
    PURPOSES,
    FamilySentence,
    Label,
    LookSentence,
    PageLabel,
    PageSentence,
    Sentence,
    ServerSentence,
    Texts,
    texts_in,
)
from model_service import Detail, EngineInfo, Health
from web.desk import Desk
from web.entrance import COOKIE_SECONDS
from web.language import COOKIE, language_for

LABELS: dict[str, PageLabel | FamilySentence] = {
    **{label.name.lower(): label for label in PageLabel},
    "think": FamilySentence.BUTTON_THINK,
    "thoughts": FamilySentence.THOUGHTS,
}
"""The words of the page, by the names that it knows them by."""


def state_routes(desk: Desk) -> list[Route]:
    """Return the route of the page's state."""

    async def state(request: Request, person: int) -> Response:
        language = language_for(request)
        texts, services = texts_in(language), desk.services
        shown = {
            "language": language,
            "languages": [{"code": code, "name": texts_in(code).say(Label.OWN_NAME)} for code in LANGUAGES],
            "texts": {name: texts.say(label) for name, label in LABELS.items()},
            "model": _model(desk, texts),
            "dial": None if services.model.info is None else _dial(services.model.info, texts),
            "thinking": _thinking(desk),
            "detail": _setting(services.settings.model.default_detail()),
            "most_bytes": services.settings.telegram.most_bytes,
            "conversations": [
                {"id": one.id, "title": one.title, "changed": one.changed_at}
                for one in await services.conversations.of(person)
            ],
        }
        response = JSONResponse(shown)
        response.set_cookie(COOKIE, language, max_age=COOKIE_SECONDS, samesite="lax")
        return response

    return [Route("/api/state", desk.for_person(state))]


def _setting(detail: DetailSetting) -> int | str:
    return detail.tokens if isinstance(detail, Detail) else detail


def _thinking(desk: Desk) -> bool:
    """Whether a person can choose that a question is thought over: the model can, and does not always."""
    info = desk.services.model.info
    return info is not None and info.can_think and not desk.services.settings.model.thinking


def _model(desk: Desk, texts: Texts) -> dict[str, Any]:
    model = desk.services.model
    said = ""
    if is_away(model) and model.health in {Health.LOADING, Health.READY}:
        said = texts.say(ServerSentence.NOT_NOW)
    elif model.health is Health.LOADING:
        said = texts.say(Sentence.STATUS_LOADING, percent=int(100 * model.load_progress))
    elif model.health is not Health.READY:
        said = texts.say(PageSentence.MODEL_AWAY)
    info = model.info
    return {
        "name": "" if info is None else info.model,
        "device": "" if info is None else info.device,
        "health": str(model.health),
        "percent": int(100 * model.load_progress),
        "said": said,
    }


def _dial(info: EngineInfo, texts: Texts) -> dict[str, Any]:
    """Return the dial as far as this model and its memory go; levels beyond are the closest look that there is."""
    levels = [
        {
            "name": str(detail),
            "label": texts.level(detail),
            "purpose": texts.say(PURPOSES[detail.level]),
            "tokens": detail.tokens,
        }
        for detail in info.dial.levels
        if detail.level in LEVELS and detail.level is not None
    ]
    return {
        "min": info.dial.min_tokens,
        "max": min(info.max_visual_tokens, info.dial.max_tokens),
        "token_pixels": info.dial.token_pixels,
        "levels": levels,
        "auto": {"label": texts.say(LookSentence.LEVEL_AUTO), "purpose": texts.say(LookSentence.PURPOSE_AUTO)},
    }

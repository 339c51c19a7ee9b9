"""The language in which the page speaks to a browser: the one chosen there, else the first it asks for."""

from starlette.requests import Request

from assistant.texts import LANGUAGES, Texts, texts_in

COOKIE = "language"


def language_for(request: Request) -> str:
    """Return one of LANGUAGES: named in the address, remembered in a cookie, asked for by the browser, else English."""
    chosen = request.query_params.get("language") or request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = (part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    codes = (code.casefold().split("-")[0] for code in wanted)
    return next((code for code in codes if code in LANGUAGES), "en")


def texts_for(request: Request) -> Texts:
    """Return the sentences in that language."""
    return texts_in(language_for(request))

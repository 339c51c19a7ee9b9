"""What is known of a server: what it has, what it understands, what is wrong with it, whether it resizes pictures."""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from model_service.backends.remote.client import Client
from model_service.backends.remote.dialect import Dialect
from model_service.backends.remote.families import dial_of
from model_service.backends.remote.faults import Kind, RemoteFault
from model_service.backends.remote.pauses import Pauses
from model_service.backends.remote.picture import blank
from model_service.config import RemoteConfig
from model_service.detail import MAX_TOKENS, MIN_TOKENS, Detail, DetailPlan
from model_service.engines.engine import Ability, EngineInfo, Sureness
from model_service.errors import CheckpointError
from model_service.gauges import Gauges, ServerState, Trouble
from model_service.sureness import kept_sureness, told_sureness
from model_service.types import SamplingParams

logger = logging.getLogger(__name__)

DEFAULT_SLOTS = 16
MOST_SLOTS = 256

PASSING = frozenset({Kind.AWAY, Kind.BUSY, Kind.CUT, Kind.HUNG})
"""Failures that pass by themselves."""

LASTING = {Kind.KEY: Trouble.KEY, Kind.MODEL: Trouble.MODEL}
"""Failures that somebody has to see to."""

TAUGHT = frozenset({Kind.REFUSED, Kind.FAILED})
"""Failures that may be about how a server is asked."""

CONTEXT = ("max_model_len", "context_length", "max_context_length", "n_ctx")
"""Names by which servers tell a model's context in their list."""

FOR_PICTURE = 5 / 8
"""The share of the context that a picture may take; the rest is for words, read and written."""

SHOWN = 300
"""Characters of a server's words that are logged."""

SIDES = (8, 16)
"""The sides, in visual tokens, of the two pictures whose prompts are compared."""


class Server:
    """One server, by its `client`; what is wrong with it is written to `gauges`."""

    def __init__(self, config: RemoteConfig, client: Client, gauges: Gauges, cache: Path | None = None) -> None:
        """Take what was measured of its model from `cache`."""
        self.config, self.client, self.dialect = config, client, Dialect()
        self._cache = cache
        self.slots = config.slots or DEFAULT_SLOTS
        self.takes_levels = False
        """Whether it takes a number of tokens as a picture's detail, as `eyeglass serve` does."""
        self._model = config.model
        self._gauges = gauges
        gauges.server = ServerState(client.host)

    def fails(self, trouble: Trouble, text: str) -> None:
        """Note what is wrong, and log it once."""
        state = self._gauges.server or ServerState(self.client.host)
        if state.trouble is trouble:
            return
        self._gauges.server = replace(state, trouble=trouble)
        logger.error("%s", self.sentence(trouble, text))

    def sentence(self, trouble: Trouble | None, text: str) -> str:
        """Say what is wrong, and what the owner can do."""
        said = {
            Trouble.AWAY: "does not answer; it is asked again and again, and questions wait",
            Trouble.KEY: "does not take the key: set the right one in MODEL_API_KEY, or in the file of model.key_file",
            Trouble.MODEL: f"has no model {self._model!r}, or nothing there: see model.remote_name, model.name",
            None: "does not answer as it should",
        }[trouble]
        return f"the model's server at {self.client.address} {said} ({text[:SHOWN]})"

    def works(self) -> None:
        """Note that it answers."""
        state = self._gauges.server or ServerState(self.client.host)
        if state.trouble is not None:
            self._gauges.server = replace(state, trouble=None)
            logger.info("the model's server at %s answers again", self.client.address)

    def is_back(self) -> None:
        """Note that it is reached; of a key or a model that says nothing."""
        if self._gauges.server is not None and self._gauges.server.trouble is Trouble.AWAY:
            self.works()

    async def info(self) -> EngineInfo:
        """Return what the server says of itself and its model.

        Raises:
            CheckpointError: it lists several models, or none, and none is named.
            RemoteFault: it does not answer now.
        """
        card = await self._card()
        props = await self._props() if self.config.slots is None else {}
        slots = props.get("total_slots")
        if isinstance(slots, int) and slots > 0:
            self.slots = min(slots, MOST_SLOTS)
        levels = card.get("levels")
        tokens = [each for each in levels.values() if isinstance(each, int)] if isinstance(levels, Mapping) else []
        self.takes_levels = bool(tokens)
        closest = max(tokens, default=None)
        context = next((card[name] for name in CONTEXT if isinstance(card.get(name), int)), props.get("n_ctx"))
        most = card.get("max_visual_tokens")
        if not isinstance(most, int):
            most = int(context * FOR_PICTURE) if isinstance(context, int) else MAX_TOKENS
        name = self._model or self.client.host
        dial = dial_of(name, closest)
        most = max(MIN_TOKENS, min(most, dial.max_tokens))
        return EngineInfo(
            name,
            self.client.host,
            "over HTTP",
            most,
            dial,
            abilities=tuple(Ability),
            together=self.slots,
            context_tokens=context if isinstance(context, int) else None,
            remote=True,
            sureness=kept_sureness(self._cache, name) or told_sureness(card.get("sureness")) or Sureness(),
        )

    async def model(self) -> str:
        """Return the name that the server is asked for.

        Raises:
            RemoteFault: it is not known, and the server does not tell.
        """
        if not self._model:
            try:
                await self._card()
            except CheckpointError as error:
                raise RemoteFault(Kind.MODEL, str(error)) from None
            if not self._model:
                raise RemoteFault(Kind.KEY, "it does not list its models")
        return self._model

    async def until_back(self) -> bool:
        """Wait until the server answers at all; return whether it had been away."""
        pauses, away = Pauses(), False
        while True:
            try:
                await self.client.facts(f"{self.client.address}/models")
            except RemoteFault as fault:
                if fault.kind in PASSING:
                    self.fails(Trouble.AWAY, fault.text)
                    away = True
                    await pauses.take()
                    continue
            self.is_back()
            return away

    async def compare(self) -> None:
        """See by the tokens of two blank pictures whether the server keeps their sizes.

        Raises:
            RemoteFault: it does not answer, which passes, or does not let us in.
        """
        side = dial_of(self._model).token_pixels
        plans = [DetailPlan(Detail(each * each), each, each, side) for each in SIDES]
        counts = [await self._prompt_tokens(plan) for plan in plans]
        if None in counts or self._gauges.server is None:
            return
        more = (counts[1] or 0) - (counts[0] or 0)
        expected = plans[1].tokens - plans[0].tokens
        self._gauges.server = replace(self._gauges.server, resizes=more != expected)
        if more != expected:
            logger.warning(
                "the model's server at %s resizes pictures on its own: %d visual tokens more were to be %d",
                self.client.address,
                expected,
                more,
            )

    async def _prompt_tokens(self, plan: DetailPlan) -> int | None:
        messages = [{"role": "user", "content": [picture_part(blank(plan), self, plan), text_part("?")]}]
        while True:
            body = self.dialect.body(await self.model(), messages, SamplingParams(max_tokens=1))
            count: int | None = None
            try:
                async with aclosing(self.client.answer(json.dumps(body).encode())) as pieces:
                    async for piece in pieces:
                        count = count if piece.prompt_tokens is None else piece.prompt_tokens
            except RemoteFault as fault:
                if fault.kind not in TAUGHT or not self.dialect.learn(body, fault):
                    raise
            else:
                self.dialect.answered(body)
                self.works()
                return count

    async def _card(self) -> Mapping[str, Any]:
        """Return what the server lists of the model; choose that if none is named."""
        try:
            listed = (await self.client.facts(f"{self.client.address}/models")).get("data")
        except RemoteFault as fault:
            if fault.kind in PASSING:
                raise
            if fault.kind is Kind.KEY:
                self.fails(Trouble.KEY, fault.text)
                return {}
            listed = None
        cards = _cards(listed)
        if not self._model and len(cards) != 1:
            has = ", ".join(sorted(cards)[:10]) or "no model"
            raise CheckpointError(
                f"the model's server at {self.client.address} lists {has}: name one of its models in model.remote_name"
            )
        self._model = self._model or next(iter(cards))
        return cards.get(self._model, {})

    async def _props(self) -> Mapping[str, Any]:
        """Return what llama.cpp's server tells beside its /v1; nothing of others."""
        with suppress(RemoteFault):
            props = await self.client.facts(f"{self.client.address.removesuffix('/v1')}/props")
            settings = props.get("default_generation_settings")
            return {**(settings if isinstance(settings, Mapping) else {}), **props}
        return {}


def picture_part(url: str, server: Server, plan: DetailPlan | None) -> dict[str, Any]:
    """Return a picture as a part of a message."""
    image: dict[str, Any] = {"url": url}
    if server.takes_levels and plan is not None:
        image["detail"] = str(max(plan.tokens, MIN_TOKENS))
    return {"type": "image_url", "image_url": image}


def text_part(text: str) -> dict[str, Any]:
    """Return a text as a part of a message."""
    return {"type": "text", "text": text}


def _cards(listed: Any) -> dict[str, Mapping[str, Any]]:
    cards = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    return {str(card["id"]): card for card in cards if isinstance(card, Mapping) and card.get("id")}

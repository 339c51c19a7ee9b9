"""The requests that a server understands: what it refused once it is not sent again."""

from collections.abc import Sequence
from typing import Any

from model_service.backends.remote.faults import Kind, RemoteFault
from model_service.types import SamplingParams

OPTIONAL = ("stream_options", "chat_template_kwargs", "top_p", "seed")
"""Fields that a request can do without, all of which are left out where a server does not say which one it minds."""

RATINGS = ("top_logprobs", "logprobs")
"""Fields that ask how probable the tokens are: the runner-up's is given up first."""

RATED = 2
"""Of how many tokens the probability is asked for: the one that was chosen, and the likeliest other."""

BY_NAME = ("temperature",)
"""Fields that are left out only where a server names them."""

UNPROCESSABLE = 422

SHORTER, LONGER = "max_tokens", "max_completion_tokens"
"""Names of the limit of an answer's length. Most servers know both, Ollama the first, OpenAI's newest the second."""


class Dialect:
    """What one server takes. It learns from refusals."""

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._rates = False
        self._limit = SHORTER

    def body(self, model: str, messages: Sequence[dict[str, Any]], sampling: SamplingParams) -> dict[str, Any]:
        """Return a request for a streamed answer, as JSON."""
        fields: dict[str, Any] = {"model": model, "messages": list(messages), "stream": True}
        fields[self._limit] = sampling.max_tokens
        fields["temperature"] = sampling.temperature
        if sampling.temperature > 0:
            fields["top_p"] = sampling.top_p
            if sampling.seed is not None:
                fields["seed"] = sampling.seed
        fields["logprobs"] = True
        if "logprobs" not in self._refused:
            fields["top_logprobs"] = RATED
        fields["stream_options"] = {"include_usage": True}
        fields["chat_template_kwargs"] = {"enable_thinking": False}
        return {name: value for name, value in fields.items() if name not in self._refused}

    def answered(self, sent: dict[str, Any]) -> None:
        """Note that a request was answered: what asks for probabilities in it is no reason to refuse another."""
        self._rates = self._rates or "logprobs" in sent

    def learn(self, sent: dict[str, Any], fault: RemoteFault) -> bool:
        """Learn from the refusal of a request; return whether the next one will differ from it."""
        if fault.kind is Kind.FAILED:  # Some servers fail where they are asked for what they do not tell.
            return self._unrated(sent)
        if self._limit not in sent:  # Another answer has learned that meanwhile.
            return True
        if self._limit == SHORTER and LONGER in fault.text:
            self._limit = LONGER
            return True
        named = _named(sent, fault.text)
        if not named and fault.status == UNPROCESSABLE:
            named = [name for name in OPTIONAL + (() if self._rates else RATINGS) if name in sent]
        learned = self._refused.intersection(sent)
        self._refused.update(named)
        return bool(named or learned) or self._unrated(sent)

    def _unrated(self, sent: dict[str, Any]) -> bool:
        """Ask for fewer probabilities, unless it is known that they are told; return whether they were asked for."""
        asked = [] if self._rates else [name for name in RATINGS if name in sent]
        self._refused.update(asked[:1])
        return bool(asked)


def _named(sent: dict[str, Any], text: str) -> list[str]:
    """Return the fields of a request that a refusal names; of probabilities in general, those of other tokens first."""
    named = [name for name in (*OPTIONAL, *BY_NAME) if name in sent and name in text]
    others, own = RATINGS
    if others in sent and own in text:
        named.append(others)
    if own in sent and own in text.replace(others, "") and (others not in sent or others in text):
        named.append(own)
    return named

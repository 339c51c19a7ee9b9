"""Many people who ask in many chats, and what becomes of their questions."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable

from playground import Chat, Event, Happening, Post, Server
from tests.bot.samples import picture
from tests.crash.bot_process import NAME

MENTION = "@eyeglass_play_bot"

WHOLE = re.compile("read at|(pictures|pages) read")
"""Words of the line that stands under a whole answer."""


class Crowd:
    """The askers (`asked`: a chat's and a person's id), and the answers that were seen, in order (`answered`).

    `plan` says in which chat each question is asked, `finals` holds the numbers of the messages that show a question's
    whole answer.
    """

    def __init__(self, server: Server, chance: random.Random, chats: int, questions: int) -> None:
        self.asked: dict[str, tuple[int, int]] = {}
        self.answered: list[str] = []
        self.finals: dict[str, set[int]] = defaultdict(set)
        self._server = server
        self._chance = chance
        self._seen: set[int] = set()
        rooms = [self._room(number) for number in range(chats)]
        self.plan = [room for room in rooms for _ in range(questions // chats)]
        chance.shuffle(self.plan)
        server.watch(self._watch)

    @property
    def is_served(self) -> bool:
        """Whether everything asked so far is answered."""
        return len(self.answered) == len(self.asked)

    def by_person(self) -> list[tuple[list[str], list[str]]]:
        """For each person in each chat: what was asked, and the same in the order of the answers."""

        def of(asker: tuple[int, int], names: Iterable[str]) -> list[str]:
            return [name for name in names if self.asked[name] == asker]

        return [(of(asker, self.asked), of(asker, self.answered)) for asker in set(self.asked.values())]

    async def ask(self, number: int) -> None:
        """Ask the question of this number: with a picture at first, and now and then; in groups by a mention."""
        chat = self.plan[number]
        person = self._chance.choice(chat.people)
        name = f"q{number}"
        words = f"What is {name}?" if chat.room.private else f"{MENTION} What is {name}?"
        self.asked[name] = (chat.id, person.user["id"])
        if chat.id not in self._seen or self._chance.random() < 0.2:
            self._seen.add(chat.id)
            await chat.send_photo(picture(64, 48), words, by=person, compress=False)
        else:
            await chat.send(words, by=person)

    def _room(self, number: int) -> Chat:
        if number % 4:
            return self._server.person(f"Person {number}").private()
        return self._server.group(f"Group {number}", *(self._server.person(f"{number}.{n}") for n in range(3)))

    def _watch(self, event: Event) -> None:
        post = event.post
        if event.kind not in {Happening.SENT, Happening.EDITED} or post is None or not post.by_bot:
            return
        name = self._question_of(event.room.id, post)
        if name is not None and WHOLE.search(post.text):
            self._note(name, post)

    def _question_of(self, chat: int, post: Post) -> str | None:
        """Return the question that a message of the bot answers: it repeats its name."""
        name = NAME.search(post.text)
        return name.group() if name else None

    def _note(self, name: str, post: Post) -> None:
        """Record that a message shows the whole answer to a question."""
        if name not in self.finals:
            self.answered.append(name)
        self.finals[name].add(post.id)

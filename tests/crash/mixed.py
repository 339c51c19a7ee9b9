"""A crowd that sends all kinds of things: photos, albums, documents, follow-ups, and that wants chats forgotten."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from playground import Chat, Event, Happening, Post, Server
from playground.presses import Press, press
from tests.conversation.forgetting import DELETE, asks
from tests.crash.crowd import MENTION, Crowd
from tests.crash.marks import marked, word

ALBUM, PAGES = (2, 3, 4), 3
FORGOTTEN = ("Deleted", "There is nothing to delete")
"""The beginnings of the confirmation of a /forget."""


@dataclass(slots=True)
class Wish:
    """A /forget: the chat, what was said, and the marks of what is to be forgotten.

    `question` is the bot's, and `press` the press of Delete under it, which comes at once; both are None where nothing
    is asked, because nothing is kept.
    """

    chat: Chat
    said: Post
    marks: list[int]
    question: Post | None = None
    press: Press | None = None

    def concerns(self, chat: int, post: Post) -> bool:
        """Whether a message of the bot is about it."""
        under = {self.said.id} if self.question is None else {self.said.id, self.question.id}
        return chat == self.chat.id and post.reply_to in under


class Mixed(Crowd):
    """Asks about pictures with marks (`marks`: those of all chats), and may have a chat forgotten.

    Whatever a chat said and showed before its /forget has the same mark; afterwards it gets another, and one more after
    the press of Delete. `asking` are the messages of each question, `mark` is its mark, `forgets` the wish to forget
    each mark. `late` are questions that were answered although their forgetting was confirmed before, `unanswered`
    those that lack their answer, `astray` those whose answer was given to another one (unless not `exact`: a real model
    repeats no names).
    """

    def __init__(
        self, server: Server, chance: random.Random, chats: int, questions: int, *, exact: bool = True
    ) -> None:
        self.asking: dict[str, list[Post]] = {}
        self.mark: dict[str, int] = {}
        self.marks: list[int] = []
        self.forgets: dict[int, Wish] = {}
        self.wishes: list[Wish] = []
        self.confirmed: set[int] = set()
        self.late: set[str] = set()
        self.whole: dict[str, dict[int, Post]] = defaultdict(dict)
        self.unanswered: dict[str, None] = {}
        self.astray: set[str] = set()
        self._exact = exact
        self._names: dict[tuple[int, int | None], str] = {}
        self._shown: dict[int, int] = {}
        super().__init__(server, chance, chats, questions)
        self.rooms = {chat.id: chat for chat in self.plan}
        server.watch(self._watch_forgetting)

    @property
    def is_served(self) -> bool:
        """Whether every question is answered that is not to be forgotten."""
        return not self.unanswered

    def out_of_order(self) -> list[tuple[list[str], list[str]]]:
        """Return, as `by_person`, the people whose remembered questions were not answered in order."""
        kept = {name for name in self.answered if self.mark[name] not in self.forgets}

        def of(names: Iterable[str]) -> list[str]:
            return [name for name in names if name in kept]

        return [(of(a), of(b)) for a, b in self.by_person() if of(a) != of(b)]

    def forgettable(self) -> list[Chat]:
        """Return the chats of which something can be forgotten."""
        return [self.rooms[chat] for chat in self._shown]

    async def ask(self, number: int) -> None:
        """Ask the question of this number, about something new or about what was shown last."""
        chat, name = self.plan[number], f"q{number}"
        person = self._chance.choice(chat.people)
        new = chat.id not in self._shown or self._chance.random() < 0.35
        if chat.id not in self._shown:
            self._shown[chat.id] = len(self.marks) + 1
            self.marks.append(self._shown[chat.id])
        mark = self._shown[chat.id]
        self.asked[name], self.mark[name] = (chat.id, person.user["id"]), mark
        words = f"What is {name} of {word(mark)}?"
        words = words if chat.room.private else f"{MENTION} {words}"
        kind = self._chance.choice(("photo", "photo", "album", "document")) if new else "text"
        if kind == "photo":
            posts = [await chat.send_photo(marked(mark), words, by=person, compress=False)]
        elif kind == "album":
            pictures = [marked(mark)] * self._chance.choice(ALBUM)
            posts = await chat.send_album(pictures, words, by=person, compress=False)
        elif kind == "document":
            words = f"{words} Look at pages 1-{PAGES}."
            posts = [await chat.send_document(marked(mark, "PDF", PAGES), "pages.pdf", caption=words, by=person)]
        else:
            posts = [await chat.send(words, by=person)]
        self.asking[name] = posts
        self._names |= {(chat.id, post.id): name for post in posts}
        self.unanswered[name] = None

    async def forget(self, chat: Chat) -> int:
        """Have a chat forgotten; returns the mark of what is to be forgotten. Delete is pressed when it can be."""
        words = "/forget" if chat.room.private else f"/forget{MENTION}"
        mark = self._shown[chat.id]
        wish = Wish(chat, await chat.send(words), [])
        self.wishes.append(wish)
        self._give_up(wish)  # As soon as it is said: what is seen from now on, is seen after it.
        return mark

    def _give_up(self, wish: Wish) -> None:
        """Expect no answer any more to what a chat said so far."""
        mark = self._shown.pop(wish.chat.id, None)
        if mark is None:
            return
        wish.marks.append(mark)
        self.forgets[mark] = wish
        for name in [name for name in self.unanswered if self.mark[name] == mark]:
            del self.unanswered[name]

    def _watch_forgetting(self, event: Event) -> None:
        post = event.post
        if post is None or not post.by_bot or event.kind not in {Happening.SENT, Happening.EDITED}:
            return
        for wish in [wish for wish in self.wishes if wish.concerns(event.room.id, post)]:
            if asks(post) and wish.press is None:
                self._give_up(wish)
                wish.question = post
                wish.press = press(self._server.world, event.room, wish.chat.people[0].user, DELETE, post)
            elif post.text.startswith(FORGOTTEN):
                self.confirmed |= set(wish.marks)

    def _question_of(self, chat: int, post: Post) -> str | None:
        """Return the question under which it stands."""
        name = self._names.get((chat, post.reply_to))
        if name is not None and self._exact and super()._question_of(chat, post) not in {None, name}:
            self.astray.add(name)
        return name

    def _note(self, name: str, post: Post) -> None:
        super()._note(name, post)
        self.unanswered.pop(name, None)
        self.whole[name][post.id] = post
        if self.mark[name] in self.confirmed:
            self.late.add(name)

"""The people's side of the demo: write and press, wait for the answers, and judge them."""

from playground import Chat, Event, Happening, Post, Server
from playground.demo.samples import Sample, as_pdf
from playground.demo.screen import BOT, Said, Screen
from playground.demo.steps import BROKEN_SHARE, FAMILY, LANGUAGES, Scene, Step, Way
from playground.presses import find

PATIENCE = 45.0
"""Seconds to wait for one answer; on an idle laptop it takes about one."""

PDF_NAME = "papers.pdf"


class Conversation:
    """The conversation, scene by scene. `wrong` collects unexpected answers, a line for each."""

    def __init__(self, server: Server, screen: Screen) -> None:
        people = {name: server.person(name, language_code=code) for name, code in LANGUAGES.items()}
        self._screen = screen
        self._people = people
        self._private = {name: person.private() for name, person in people.items()}
        self._group = server.group("Family", *(people[name] for name in FAMILY))
        self._sent: dict[str, Post] = {}
        self.wrong: list[str] = []
        server.watch(self._show)

    async def play(self, number: int, scene: Scene) -> None:
        """Take the scene's steps, show the answers as they grow, and judge them."""
        self._screen.heading(number, scene.heading)
        asked = []
        for step in scene.steps:
            self._screen.person(step.by, "" if step.way is Way.PRESS else step.text, attached(step))
            chat = self._group if scene.group else self._private[step.by]
            asked.append((step, chat, await self._take(chat, step)))
        for step, chat, question in asked:
            post = await self._answer(chat, question, step)
            said = shown(post, scene) if post else Said("(no answer)")
            self._screen.settle(said, key=(chat.id, post.id if post else 0))
            self._judge(scene, step, said.text, post is not None and is_whole(post, question, step))

    def _judge(self, scene: Scene, step: Step, text: str, whole: bool) -> None:
        right = whole and step.expected in {None, text}
        self._screen.verdict(step.expected, right)
        if not right:
            self.wrong.append(f"{scene.heading}: expected {step.expected!r}, but it said {text!r}")

    async def _answer(self, chat: Chat, question: Post, step: Step) -> Post | None:
        """Wait for the whole answer; after PATIENCE return what is there."""
        try:
            return await chat.answer(question, lambda post: is_whole(post, question, step), PATIENCE)
        except TimeoutError:
            said = [post for post in chat.messages if post.by_bot and post.id > question.id]
            return said[-1] if said else None

    async def _take(self, chat: Chat, step: Step) -> Post:
        """Take the step; return the message that the bot is to answer."""
        by = self._people[step.by]
        if step.way is Way.PRESS:
            post, _ = find(chat.room, step.text, None)
            await chat.press(step.text, post, by=by)
            return post
        if step.way is Way.ALBUM:
            posts = await chat.send_album([picture.data for picture in step.pictures], step.text, by=by)
            self._sent.update(zip(names(step), posts, strict=True))
            return posts[0]
        about = self._sent[step.about.file] if step.about else None
        if not step.pictures:
            return await chat.send(step.text, by=by, reply_to=about)
        first = step.pictures[0]
        if step.way is Way.PHOTO:
            post = await chat.send_photo(first.data, step.text, by=by)
        else:
            post = await chat.send_document(contents(step.way, step.pictures), names(step)[0], caption=step.text, by=by)
        self._sent[first.file] = post
        return post

    def _show(self, event: Event) -> None:
        post = event.post
        if event.kind is Happening.REACTED and event.text:
            self._screen.person(BOT, "", f"reacts with {event.text}")
        if event.kind not in {Happening.SENT, Happening.EDITED} or post is None or not post.by_bot:
            return
        if post.text:
            self._screen.grow(parts(post)[0], key=(event.room.id, post.id))
        elif post.file_id:
            self._screen.person(BOT, "", "photo")


def names(step: Step) -> list[str]:
    """Return the names of a message's files."""
    return [PDF_NAME] if step.way is Way.PDF else [picture.file for picture in step.pictures]


def contents(way: Way, pictures: tuple[Sample, ...]) -> bytes:
    """Return the bytes of the file to send."""
    if way is Way.PDF:
        return as_pdf(pictures)
    data = pictures[0].data
    return data[: len(data) // BROKEN_SHARE] if way is Way.BROKEN else data


def attached(step: Step) -> str:
    """Describe a message's attachment in a few words."""
    if step.way is Way.PRESS:
        return f"presses “{step.text}”"
    if step.about is not None:
        return f"reply to {step.about.file}"
    if step.way is Way.PDF:
        return f"{PDF_NAME}, {len(step.pictures)} pages"
    return f"{step.way}: {', '.join(names(step))}" if step.pictures else ""


def is_whole(post: Post, question: Post, step: Step) -> bool:
    """Return whether the answer to this message is finished: an answer with its line of notes."""
    if not post.text or post.reply_to not in {None, question.id}:
        return False
    return not step.answered or parts(post)[1] != ""


def shown(post: Post, scene: Scene) -> Said:
    """Return an answer as the screen shows it; in a group with the asker's name."""
    to = post.content.get("reply_to_message", {}).get("from", {}).get("first_name", "") if scene.group else ""
    text, small_print = parts(post)
    return Said(text, small_print, to, keyboard(post) if scene.buttons else ())


def keyboard(post: Post) -> tuple[tuple[str, ...], ...]:
    """Return the labels of a message's buttons, or of the keyboard it brings, row by row."""
    markup = post.reply_markup or {}
    rows = markup.get("inline_keyboard") or markup.get("keyboard", [])
    return tuple(tuple(str(button["text"]) for button in row) for row in rows)


def parts(post: Post) -> tuple[str, str]:
    """Split a message into answer and its last line, the part in italics (empty while the answer grows)."""
    italic = [entity["offset"] for entity in post.entities if entity["type"] == "italic"]
    if not italic:
        return post.text, ""
    units = post.text.encode("utf-16-le")  # The Bot API counts in UTF-16 units.
    above, below = units[: 2 * italic[-1]], units[2 * italic[-1] :]
    return above.decode("utf-16-le").strip(), below.decode("utf-16-le").strip()

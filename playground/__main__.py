"""python -m playground: the server on its own, and a terminal to write to the bot as a person."""

import argparse
import asyncio
import sys
import threading
from pathlib import Path

from playground.chat import Chat
from playground.server import serve
from playground.state import Event, Happening
from playground.wire import Refused

HELP = """\
Point a bot here:   telegram.base_url       {server.base_url}
                    telegram.base_file_url  {server.base_file_url}
                    TELEGRAM_BOT_TOKEN      {server.token}
Lines you type go to it as {person.name} (user id {person.id}). Also: /photo PATH [CAPTION], /file PATH [CAPTION],
/press BUTTON, /quit."""
MARKS = {
    Happening.SENT: "",
    Happening.EDITED: "~ ",
    Happening.NOTICE: "! ",
    Happening.DRAFT: "… ",
    Happening.REACTED: "+ ",
}


def show(event: Event) -> None:
    """Print the bot's actions. Edits are marked ~, drafts …, the answers to buttons !, reactions +."""
    own = event.kind is Happening.REACTED or event.post is None or event.post.by_bot
    if event.kind in MARKS and own:
        buttons = "".join(f" [{button.text}]" for button in (event.post.buttons if event.post else []))
        print(f"{MARKS[event.kind]}{event.who}: {event.text}{buttons}", flush=True)


async def play(chat: Chat, line: str) -> None:
    """Run one command line. Raises OSError, LookupError or Refused where it fails."""
    word, _, rest = line.partition(" ")
    name, _, caption = rest.partition(" ")
    match word:
        case "/photo":
            await chat.send_photo(await asyncio.to_thread(Path(name).read_bytes), caption)
        case "/file":
            data = await asyncio.to_thread(Path(name).read_bytes)
            await chat.send_document(data, Path(name).name, caption=caption)
        case "/press":
            await chat.press(rest)
        case _:
            await chat.send(line)


def read_lines(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]") -> None:
    """Yield typed lines, read in a thread that may be left waiting; None at the end of the input."""
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line.strip())
    loop.call_soon_threadsafe(lines.put_nowait, None)


async def talk(port: int, token: str | None) -> None:
    """Serve until the input ends or says /quit."""
    async with serve(token, port=port) as server:
        person = server.person("You")
        chat = person.private()
        server.watch(show)
        print(HELP.format(server=server, person=person), flush=True)
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=read_lines, args=(asyncio.get_running_loop(), lines), daemon=True).start()
        while (line := await lines.get()) not in (None, "/quit"):
            if not line:
                continue
            try:
                await play(chat, line)
            except (OSError, LookupError, ValueError, Refused) as error:
                print(f"? {error}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="where to listen on 127.0.0.1 (0: any free port)")
    parser.add_argument("--token", help="the bot's token (default: a new one, which is printed)")
    asked = parser.parse_args()
    try:
        asyncio.run(talk(asked.port, asked.token))
    except KeyboardInterrupt:
        print()
    except OSError as error:
        sys.exit(f"port {asked.port}: {error.strerror}")


if __name__ == "__main__":
    main()

"""Telegram's menus of commands: who is offered what, in which language."""

import re

import pytest

from model_service import Ability
from playground import Server
from tests.conversation.conftest import Stage
from tests.conversation.languages import SCRIPTS


def menu(server: Server, scope: str, language: str = "") -> list[str] | None:
    """Return the commands that are set for a scope and a language; None if there are none."""
    commands = server.world.commands.get((scope, language))
    return None if commands is None else [command["command"] for command in commands]


async def test_each_kind_of_chat_has_its_menu_in_each_language(stage: Stage, server: Server) -> None:
    """A group's admins are offered what only they can change; no menu names what its people cannot use."""
    stage.engine.abilities = set(Ability)
    await stage.start()
    private, group = menu(server, "all_private_chats"), menu(server, "all_group_chats")
    admins = menu(server, "all_chat_administrators")
    assert private and group and admins
    assert {"settings", "detail", "forget", "help"} <= set(private)
    assert not {"watch", "people"} & set(private)
    assert not {"watch", "forget"} & set(group)
    assert set(admins) == {*group, "detail", "watch", "forget"}
    for scope in ("all_private_chats", "all_group_chats", "all_chat_administrators"):
        for language, letters in SCRIPTS.items():
            assert menu(server, scope, language) == menu(server, scope)
            said = [command["description"] for command in server.world.commands[scope, language]]
            assert [text for text in said if not letters.search(text)] == []


async def test_the_owner_and_admins_are_offered_people(
    stage: Stage, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """From when they are until they no longer are, and again after a restart."""
    stage.values["access"] = {"mode": "closed"}
    running = await stage.start()
    found = re.search(r"^ +(\w{4}-\w{4})$", capsys.readouterr().out, re.MULTILINE)
    assert found is not None
    ada, ben = server.person("Ada"), server.person("Ben")
    await ada.private().send(found[1])
    await server.wait_until(lambda: "people" in (menu(server, f"chat:{ada.id}", "zh") or ()))
    await running.services.admissions.let_in(ben.id, "Ben", ada.id)
    people = await ada.private().answer(await ada.private().send("/people"))
    await ada.private().press(f"people:promote:{ben.id}", people)
    await server.wait_until(lambda: "people" in (menu(server, f"chat:{ben.id}", "zh") or ()))
    await stage.stop()
    server.world.commands.clear()
    await stage.start()
    assert "people" in (menu(server, f"chat:{ada.id}") or ()) and "people" in (menu(server, f"chat:{ben.id}") or ())
    await ada.private().press(f"people:demote:{ben.id}", people)
    await server.wait_until(lambda: menu(server, f"chat:{ben.id}", "zh") is None)
    assert menu(server, f"chat:{ben.id}") is None


async def test_no_menu_names_what_the_model_cannot_do(stage: Stage, server: Server) -> None:
    """While it is not known which model it is, all is offered; the next model may be able to."""
    scopes = ("all_private_chats", "all_group_chats", "all_chat_administrators")
    stage.may_load.clear()
    await stage.start()
    for scope in scopes:
        assert {"text", "table", "describe"} <= set(menu(server, scope) or ())
    stage.may_load.set()
    for scope in scopes:
        for language in ("", "zh"):
            await server.wait_until(
                lambda scope=scope, language=language: "describe" not in (menu(server, scope, language) or ())  # type: ignore[misc]
            )
            assert {"text", "table"} <= set(menu(server, scope, language) or ())
    await stage.stop()
    stage.engine.abilities = set(Ability)
    await stage.start()
    assert "describe" in (menu(server, scopes[0]) or ())


async def test_a_menu_that_telegram_refuses_keeps_nobody_from_the_bot(stage: Stage, server: Server) -> None:
    """The start goes on without it."""
    server.fail_next("setMyCommands", 400, "Bad Request: chat not found", times=6)
    await stage.start()
    chat = server.person("Ada").private()
    assert "/detail" in (await chat.answer(await chat.send("/help"))).text

"""`eyeglass backup`, `restore` and `--version`: what they say, and their exit codes."""

from pathlib import Path

from assistant.storage import Admissions, open_database
from tests.cli.test_commands import eyeglass


async def test_a_backup_comes_back(tmp_path: Path) -> None:
    """What is not in it, and what is back again, is said on the screen."""
    async with open_database(tmp_path / "data") as database:
        await Admissions(database).pair(42, "Ada", "en")
    code, out, _ = await eyeglass("backup", "b.zip", folder=tmp_path)
    assert code == 0
    assert "the database and 0 files of pictures" in out and "token" in out
    code, _, said = await eyeglass("restore", "b.zip", folder=tmp_path)
    assert (code, "--replace" in said, said.count("\n")) == (1, True, 1)
    code, out, _ = await eyeglass("restore", "b.zip", "--replace", folder=tmp_path)
    assert code == 0
    assert "/forget" in out
    async with open_database(tmp_path / "data") as database:
        assert await Admissions(database).owner() is not None


async def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    """Nothing to back up; no file to restore; a file that is none."""
    (tmp_path / "letter.zip").write_text("a letter")
    for arguments in (("backup", "b.zip"), ("restore", "gone.zip"), ("restore", "letter.zip")):
        code, _, said = await eyeglass(*arguments, folder=tmp_path)
        assert (code, said.count("\n"), said.startswith("eyeglass: ")) == (1, 1, True)
    assert not (tmp_path / "data").exists()


async def test_the_version_is_told(tmp_path: Path) -> None:
    """With the database's, by which it is known whether a backup can be restored."""
    code, out, _ = await eyeglass("--version", folder=tmp_path)
    assert code == 0
    assert out.startswith("Eyeglass ") and "(database " in out

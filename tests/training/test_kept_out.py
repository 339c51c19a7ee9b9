"""Whatever gathers things to learn from refuses the exam's files and archives, with a sentence."""

import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from training.corpus import packages as corpus
from training.corpus.documents import gather
from training.foreign.photographs import collect
from training.lists import read_data
from training.packages import Package, PackageError, Tool, sha256
from training.real import manifest
from training.real.manifest import OfTheExam, keep_out, packages, pictures


def put_into_the_exam(monkeypatch: pytest.MonkeyPatch, *hashes: str) -> None:
    """Make files with these hashes part of the exam."""
    monkeypatch.setattr(manifest, "_hashes", lambda: frozenset(hashes))


def photograph(path: Path, seed: int) -> None:
    """Write a picture that is worth gathering."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    levels = Image.fromarray(rng.integers(0, 256, (8, 12, 3), np.uint8)).resize((720, 480))
    noise = rng.integers(0, 9, (480, 720, 3), np.uint8)  # A file of some size is wanted.
    Image.fromarray(np.asarray(levels) // 2 + noise).save(path)


def archive(path: Path, files: dict[str, bytes]) -> Package:
    """Write an archive as of npm, and return how it is pinned."""
    with tarfile.open(path, "w:gz") as opened:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return Package(Tool.NPM, path.stem, "1.0", path.name, sha256(path))


def test_nothing_that_the_corpus_is_made_from_is_of_the_exam() -> None:
    """None of its archives, nor another version of a package whose pictures are asked about."""
    pinned = [package for each in corpus.read_packages().values() for package in each]
    assert len(pinned) > 100
    assert not {package.sha256 for package in pinned} & {package.sha256 for package in packages().values()}
    assert not {package.name.lower() for package in pinned} & {package.name.lower() for package in packages().values()}


def test_a_pinned_archive_of_the_exam_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, before anything is fetched; so is one whose hash is written in capitals."""
    exam = next(iter(packages().values()))
    rows = [*read_data("corpus/packages")["PACKAGES"], ["npm", "text", "some", "1", "some.tgz", exam.sha256.upper()]]
    monkeypatch.setattr(corpus, "read_data", lambda _: {"PACKAGES": rows})
    with pytest.raises(OfTheExam, match=r"some\.tgz belongs to the exam's real half"):
        corpus.read_packages()
    with pytest.raises(OfTheExam, match=r"other\.tgz belongs"):
        corpus.obtain(Package(Tool.NPM, "other", "1", "other.tgz", exam.sha256), Path())


def test_an_archive_that_holds_a_file_of_the_exam_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under whatever name and however deep it lies; nothing is left unpacked. Others are unpacked."""
    good = archive(tmp_path / "good.tgz", {"a.png": b"one"})
    bad = archive(tmp_path / "bad.tgz", {"a.png": b"one", "deep/er/renamed.png": b"of the exam"})
    put_into_the_exam(monkeypatch, hashlib.sha256(b"of the exam").hexdigest())
    with pytest.raises(OfTheExam, match=r"renamed\.png belongs"):
        corpus.obtain(bad, tmp_path)
    assert (corpus.obtain(good, tmp_path) / "package" / "a.png").read_bytes() == b"one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tgz", "good", "good.tgz"]


def test_an_archive_that_is_another_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched anew, and what came is refused if that is another, too."""
    pinned = archive(tmp_path / "some.tgz", {"a.png": b"one"})
    archive(tmp_path / "some.tgz", {"a.png": b"two"})
    monkeypatch.setattr("training.packages.commands", lambda *_: [("true",)])
    with pytest.raises(PackageError, match=r"some 1\.0: not the archive that was pinned"):
        corpus.obtain(pinned, tmp_path)
    assert not (tmp_path / "some").exists()


def test_a_document_of_the_exam_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF file that questions are asked about gives no page to learn from."""
    for name, width in (("one.pdf", 300), ("two.pdf", 310)):
        document = pdfium.PdfDocument.new()
        document.new_page(width, 400)
        document.save(tmp_path / name)
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    assert gather(files, tmp_path / "out.pdf", 10**6) == 0  # Their pages are blank.
    put_into_the_exam(monkeypatch, sha256(files[1]))
    with pytest.raises(OfTheExam, match=r"two\.pdf belongs"):
        gather(files, tmp_path / "out.pdf", 10**6)


def test_a_photograph_of_the_exam_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renamed, among other wallpapers, it is still known; without it all are gathered."""
    for number in range(3):
        photograph(tmp_path / "share" / "backgrounds" / f"photo{number}.png", number)
    assert collect(tmp_path / "share", tmp_path / "all") > 0
    put_into_the_exam(monkeypatch, sha256(tmp_path / "share" / "backgrounds" / "photo1.png"))
    with pytest.raises(OfTheExam, match=r"photo1\.png belongs"):
        collect(tmp_path / "share", tmp_path / "some")


def test_only_the_very_file_is_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is told by what it holds, not by its name."""
    file = tmp_path / Path(pictures()[0].file).name
    file.write_bytes(b"another")
    keep_out(file)
    put_into_the_exam(monkeypatch, hashlib.sha256(b"another").hexdigest())
    with pytest.raises(OfTheExam):
        keep_out(file)

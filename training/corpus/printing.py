"""Print layouts to PDF files by a headless browser, each page of its own size."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium

from training.corpus.pages import Layout

Faces = dict[str, dict[int, Path]]
"""The files of type families by their CSS names and weights."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIMIT = 300
"""Seconds that the browser may take for one file."""

STYLE = """*{box-sizing:border-box;font-synthesis:none} body{margin:0} ul,ol{margin:0}
.lined td{border-bottom:1px solid #8886;padding:.3em .4em} h1,h2,h3,p{margin:.5em 0}
section{overflow:hidden;position:relative;break-after:page;-webkit-print-color-adjust:exact}"""


def print_pages(layouts: Sequence[Layout], faces: Faces, target: Path) -> None:
    """Print layouts of one group to `target`, a PDF file, with what is known of each page beside it in JSON.

    `faces` are the files of the type families that the layouts name.

    Raises:
        RuntimeError: there is no browser, or it did not print each layout on one page.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise RuntimeError(f"none of {', '.join(BROWSERS)} is installed")
    page = target.with_suffix(".html")
    page.write_text(_document(layouts, faces), encoding="utf-8")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--allow-file-access-from-files")
    command = [browser, *flags, f"--print-to-pdf={target.resolve()}", page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=LIMIT)  # noqa: S603
    page.unlink()
    document = pdfium.PdfDocument(target)
    if len(document) != len(layouts):
        raise RuntimeError(f"{len(layouts)} layouts were printed on {len(document)} pages")
    sizes = [[round(one, 3) for one in sheet.get_size()] for sheet in document]
    document.close()
    about = [{"kind": layout.kind, "facts": layout.facts} for layout in layouts]
    write_index(target, layouts[0].group, sizes, about)


def write_index(target: Path, group: str, sizes: Sequence[Sequence[float]], about: Sequence[object]) -> None:
    """Write what is known of a PDF file's pages beside it."""
    listed = {"group": group, "sizes": sizes, "about": about}
    target.with_suffix(".json").write_text(
        json.dumps(listed, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )


def _document(layouts: Sequence[Layout], faces: Faces) -> str:
    rules = [
        f"@font-face{{font-family:'{name}';font-weight:{weight};src:url('{path.resolve().as_uri()}')}}"
        for name, files in faces.items()
        for weight, path in files.items()
    ]
    sections = []
    for number, layout in enumerate(layouts):
        width, height = f"{layout.width}px", f"{layout.height}px"
        rules.append(f"@page p{number}{{size:{width} {height};margin:0}}")
        rules.append(f"#p{number}{{page:p{number};width:{width};height:{height};{layout.style}}}")
        sections.append(f"<section id=p{number}>{layout.body}</section>")
    return f"<!doctype html><html lang=en><meta charset=utf-8><style>{STYLE}{''.join(rules)}</style>{''.join(sections)}"

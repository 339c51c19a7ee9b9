"""Which way up a picture is, judged from its print."""

from pathlib import Path

import pytest
from PIL import Image

from model_service import PictureRejected, open_picture, quarter_turns
from tests.cases import PICTURES

ROOT = Path(__file__).parent.parent.parent
PRINT = [
    *(ROOT / "playground" / "pictures" / name for name in ("card.jpg", "label.jpg", "page.png", "receipt.jpg")),
    *(ROOT / "cli" / "pages" / f"{number:02}.jpg" for number in (1, 3, 4)),
]
"""Papers whose print tells clearly which way up they are."""

UPRIGHT = [
    *(path for path in sorted((ROOT / "playground" / "pictures").iterdir()) if path.suffix != ".json"),
    *sorted((ROOT / "cli" / "pages").glob("*.jpg")),
    *(path for path in sorted(PICTURES.iterdir()) if path.suffix in {".png", ".jpg", ".tif", ".gif"}),
]
"""Pages of all kinds, charts and shapes, and what people send."""

TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
"""Quarter turns clockwise; Pillow counts the other way."""


def opened(path: Path) -> Image.Image:
    """Return a picture as the bot decodes it."""
    with Image.open(path) as image:
        return image.convert("RGB")


@pytest.mark.parametrize("path", PRINT, ids=lambda path: path.name)
def test_print_is_turned_back_whichever_way_it_lies(path: Path) -> None:
    """And what stands upright stays."""
    image = opened(path)
    assert quarter_turns(image) == 0
    assert {turns: (turns + quarter_turns(image.transpose(how))) % 4 for turns, how in TURNS.items()} == dict.fromkeys(
        TURNS, 0
    )


@pytest.mark.parametrize("path", UPRIGHT, ids=lambda path: path.name)
def test_what_stands_upright_stays(path: Path) -> None:
    """Pages that were drawn, charts, shapes, photographs of print, and files that people sent."""
    try:
        image = open_picture(path.read_bytes())
    except PictureRejected:
        pytest.skip("it is not read")
    assert quarter_turns(image) == 0

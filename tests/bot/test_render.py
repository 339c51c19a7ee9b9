"""Markdown on Telegram: nothing lost, nothing too long, and it reads well."""

from itertools import pairwise

import pytest
from telegram import MessageEntity

from bot.render import MOST_ENTITIES, MOST_PARTS, MOST_UNITS, Part, as_copyable, growing, render, units


def marked(part: Part) -> list[tuple[str, str]]:
    """Return each entity's type with the text that it covers, by Telegram's way to count."""
    wide = part.text.encode("utf-16-le")
    return [
        (entity.type, wide[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le"))
        for entity in part.entities
    ]


def one(markdown: str, footer: str = "") -> Part:
    """Return the only part."""
    (part,) = render(markdown, footer).parts
    return part


def test_markdown_becomes_entities() -> None:
    """Bold, code and lists, with emoji before them."""
    part = one("😀 **Total**: `12.50`\n\n- tea\n- cake")
    assert part.text == "😀 Total: 12.50\n\n• tea\n• cake"
    assert marked(part) == [("bold", "Total"), ("code", "12.50")]


def test_marks_nest() -> None:
    """Italics in bold in a quotation; code stands in no emphasis, since Telegram shows none there."""
    part = one("> a **b *c* `d` e** f")
    assert part.text == "a b c d e f"
    assert marked(part) == [
        ("blockquote", "a b c d e f"),
        ("bold", "b c"),
        ("italic", "c"),
        ("code", "d"),
        ("bold", "e"),
    ]


def test_headings_lists_and_rules() -> None:
    """Headings are bold; lists keep their numbers and are set in; boxes are ticked."""
    part = one("## Tea\n\n3. a\n   - b\n     c\n4. d\n\n- [x] e\n- [ ] f\n\n---\nend")
    assert part.text == "Tea\n\n3. a\n   ◦ b\n      c\n4. d\n\n☑ e\n☐ f\n\n———\nend"
    assert marked(part) == [("bold", "Tea")]


def test_code_keeps_its_indent_and_its_language() -> None:
    """Also in an item, and where the fence is never closed."""
    part = one("- see:\n  ```python\n    x = 1\n  ```\n\n```\n  y **z**")
    assert part.text == "• see:\n  x = 1\n\n  y **z**"
    assert marked(part) == [("pre", "  x = 1"), ("pre", "  y **z**")]
    assert [entity.language for entity in part.entities] == ["python", None]


def test_a_table_is_lined_up_where_it_fits() -> None:
    """Chinese characters are two columns wide; numbers stand on the right where the table says so."""
    part = one("| 商品 | Price |\n|---|--:|\n| 茶 | 2 |\n| `cake` | 12.50 |")
    assert part.text == "商品 │ Price\n─────┼──────\n茶   │     2\ncake │ 12.50"
    assert marked(part) == [("pre", part.text)]


def test_a_wide_table_is_a_list() -> None:
    """So is one with links, which cannot stand in code."""
    part = one("| Item | What it is for |\n|---|---|\n| Tea | to be drunk in the **afternoon** or late |")
    assert part.text == "• Item: Tea\n  What it is for: to be drunk in the afternoon or late"
    assert marked(part) == [("bold", "Tea"), ("bold", "afternoon")]
    part = one("| A |\n|---|\n| [b](https://c.de) |")
    assert (part.text, marked(part)) == ("• A: b", [("text_link", "b")])


def test_links_lead_somewhere_or_stay_as_they_are() -> None:
    """A link that Telegram would not open is shown as it was written; targets of references stay readable."""
    part = one("[a](https://b.cd) ![e](https://f.gh) [1](2) <https://x.yz>")
    assert part.text == "a e [1](2) https://x.yz"
    assert [(entity.type, entity.url) for entity in part.entities] == [
        ("text_link", "https://b.cd"),
        ("text_link", "https://f.gh"),
        ("text_link", "https://x.yz"),
    ]
    assert one("see [a]\n\n[a]: /b").text == "see [a]\n\n[a]: /b"


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"$E=mc^2$", "E=mc²"),
        (r"\(x_1 \le \frac{1}{2}\)", "x₁ ≤ ½"),
        (r"\[ \sqrt{a+b} \]", "√(a+b)"),
        ("$$\n\\sum_{i=1}^{n} i\n$$", "∑ᵢ₌₁ⁿ i"),
    ],
)
def test_formulas_are_readable(tex: str, shown: str) -> None:
    """Dollars and brackets alike, inside other marks too."""
    assert one(tex).text == shown
    assert marked(one(f"so **{tex}**".replace("\n", " "))) == [("bold", shown)]


def test_a_formula_that_has_no_plain_form_is_code() -> None:
    """Better TeX than something that lost a part."""
    part = one(r"take \(\unknown{z}\) or `$x^2$`")
    assert part.text == r"take \unknown{z} or $x^2$"
    assert marked(part) == [("code", r"\unknown{z}"), ("code", "$x^2$")]


def test_the_footer_is_in_italics_under_the_text() -> None:
    """Also under an emoji, and alone."""
    part = one("**yes** 😀", "read at 448x448")
    assert part.text == "yes 😀\n\nread at 448x448"
    assert marked(part)[-1] == (MessageEntity.ITALIC, "read at 448x448")
    assert one("", "small") == Part("small", (MessageEntity("italic", 0, 5),))


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24 and 2**3**4",
        "from $3 to $4, $5-$10, 3$ or 4$",
        "<br> is a line break",
        "<total>12</total>",
        "&amp; is an ampersand",
        "file_name_1.png",
        "~5 to ~6",
        "| a | b",
    ],
)
def test_what_looks_like_markdown_but_is_not_stays_as_it_is(text: str) -> None:
    """Sums, prices, tags and names keep every character."""
    assert render(text).parts == (Part(text),)


def test_bold_needs_no_space_in_chinese() -> None:
    """CommonMark takes these for plain stars, but models write them and mean bold."""
    assert marked(one("**总计：**100元")) == [("bold", "总计：")]
    assert marked(one("共**（12）**个")) == [("bold", "（12）")]


def test_text_without_anything_to_see_is_a_message() -> None:
    """Telegram takes none that is empty."""
    for text in ("", " \n", "\u200b\u200d", "\x00", "```\n\n"):
        assert render(text).parts[0].text.strip("\u200b\u200d")


def test_a_long_text_is_split_at_paragraphs() -> None:
    """No part is over the limit, and the entities move with their words."""
    paragraphs = [f"**P{number}** " + "word " * 150 for number in range(12)]
    parts = render("\n\n".join(paragraphs), "small print").parts
    assert len(parts) > 1
    assert all(units(part.text) <= MOST_UNITS for part in parts)
    assert [text for part in parts for kind, text in marked(part) if kind == "bold"] == [f"P{n}" for n in range(12)]
    assert all(part.text.startswith("P") for part in parts)


def test_code_is_not_cut_where_it_fits() -> None:
    """A short message is better than code in two."""
    code = "\n".join(f"line {number}" for number in range(380))
    first, second = render(f"{'word ' * 200}\n\n```py\n{code}\n```").parts
    assert marked(first) == []
    assert marked(second) == [("pre", code)]


def test_code_longer_than_a_message_goes_on_in_the_next() -> None:
    """Cut at lines, with its language, in as many blocks as it takes."""
    code = "\n".join(f"    line {number}" for number in range(700))
    parts = render(f"```py\n{code}\n```").parts
    assert "\n".join(part.text for part in parts) == code
    assert {(entity.type, entity.language) for part in parts for entity in part.entities} == {("pre", "py")}
    assert len(parts) == sum(len(part.entities) for part in parts)


def test_no_character_is_cut() -> None:
    """Families of emoji and stacked accents stay together."""
    for character in ("👨‍👩‍👧‍👦", "e\u0301\u0323", "क्षि", "🇩🇪"):
        parts = render(character * (2 * MOST_UNITS // units(character))).parts
        assert len(parts) > 1
        assert all(part.text.replace(character, "") == "" for part in parts)


def test_no_part_has_more_entities_than_telegram_takes() -> None:
    """Further entities go to the next message; the footer keeps its italics."""
    parts = render("**a** b\n" * 250, "small print").parts
    assert all(len(part.entities) <= MOST_ENTITIES for part in parts)
    assert sum(len(part.entities) for part in parts) == 251
    assert marked(parts[-1])[-1] == ("italic", "small print")


def test_a_very_long_answer_is_a_file() -> None:
    """Its first message, the line under it, and all of it as it was written."""
    answer = "**word** word word\n\n" * 1500
    rendered = render(answer, "small print")
    (part,) = rendered.parts
    assert part.text.startswith("word word word")
    assert part.text.endswith("small print")
    assert rendered.file == answer.encode()
    assert render("word " * 800 * MOST_PARTS).file is None


def test_text_to_copy_is_as_it_was() -> None:
    """No mark is read, spaces stay, and long text goes on in the next block."""
    assert as_copyable("  **a**\n\n  b") == [Part("  **a**\n\n  b", (MessageEntity("pre", 0, 12),))]
    text = "\n".join(f"line {number}" for number in range(1000))
    parts = as_copyable(text)
    assert "\n".join(part.text for part in parts) == text
    assert [marked(part) for part in parts] == [[("pre", part.text)] for part in parts]
    assert as_copyable("") == [Part("…")]


@pytest.mark.parametrize(
    ("begun", "text", "entities"),
    [
        ("so **bol", "so bol", [("bold", "bol")]),
        ("so **bold*", "so bold", [("bold", "bold")]),
        ("so **", "so", []),
        ("run `ls -", "run ls -", [("code", "ls -")]),
        ("so **a `b", "so a b", [("bold", "a"), ("code", "b")]),
        ("a ~~b", "a b", [("strikethrough", "b")]),
        ("text\n-", "text", []),
        ("see [the page](https://a.", "see the page", []),
        ("so\n\n```", "so", []),
        ("so\n\n```py", "so", []),
        ("so\n\n```py\nx = '**", "so\n\nx = '**", [("pre", "x = '**")]),
        ("```py\nx\n``", "x", [("pre", "x")]),
        ("so\n\n| a | b |\n|--", "so", []),
        ("| a | b |\n|--|--|\n| 1", "a │ b\n──┼──\n1 │", [("pre", "a │ b\n──┼──\n1 │")]),
    ],
)
def test_a_growing_answer_reads_as_the_whole_one_will(begun: str, text: str, entities: list[tuple[str, str]]) -> None:
    """Marks that are open are closed, those only begun are not shown."""
    assert growing(begun).text == text
    assert marked(growing(begun)) == entities


def test_a_growing_answer_never_takes_back_what_it_showed() -> None:
    """Letter by letter, what is on the screen only becomes longer, in a text with every mark."""
    whole = (
        "# Tea\n\nso **bold** and `code`, *it* [p](https://a.bc).\n\n- a\n- **b**: c\n\n```py\nx = 1\n```\n\n~~s~~ 1"
    )
    shown = [growing(whole[:size]).text for size in range(len(whole) + 1)]
    assert shown[-1] == render(whole).parts[0].text
    for before, after in pairwise(shown):
        assert after.startswith(before)


def test_a_growing_text_is_clipped() -> None:
    """To what one message holds, counted as Telegram does."""
    assert growing("short") == Part("short")
    assert units(growing("😀" * 3000).text) <= MOST_UNITS
    assert growing("word " * 3000).text.endswith("\n…")

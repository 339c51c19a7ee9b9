"""Answers as HTML: forms are shown, and nothing that a model writes becomes an element of its own."""

import re

import pytest

from assistant.markdown.marked import with_marks
from web.markup import as_html, verbatim


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("plain", "plain"),
        ("**bold *and* more**", "<strong>bold <em>and</em> more</strong>"),
        ("a `x < 1` b", "a <code>x &lt; 1</code> b"),
        ("```\n<b>\n```", "<pre>&lt;b&gt;</pre>"),
        ("> said", "<blockquote>said</blockquote>"),
        ("~~gone~~", "<s>gone</s>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
    ],
)
def test_forms(markdown: str, html: str) -> None:
    """Each in its element, the text in it escaped."""
    assert as_html(markdown) == html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](http://elsewhere.test/a.png)",
        '[x](http://a.test/"onmouseover="alert(1))',
        "<a href='data:text/html,x'>x</a>",
        "**<iframe src=//elsewhere.test>**",
        "```\n</pre><script>1</script>\n```",
        "| <b> | x |\n| --- | --- |\n| <i onclick=1> | y |",
    ],
)
def test_nothing_that_is_written_acts(hostile: str) -> None:
    """Only eight elements without attributes, and links to the web whose address is escaped."""
    for html in (as_html(hostile), as_html(hostile, grows=True), verbatim(hostile)):
        for tag in re.findall(r"<[^>]*>", html):
            plain = re.fullmatch(r"</?(?:strong|em|u|s|code|pre|blockquote)>|</a>", tag)
            link = re.fullmatch(r'<a href="https?://[^"<>]*" rel="noopener noreferrer" target="_blank">', tag)
            assert plain or link, tag


def test_what_is_only_begun_is_left_out() -> None:
    """While an answer grows, nothing on the page jumps."""
    assert as_html("It is **bo", grows=True) == "It is <strong>bo</strong>"


def test_what_is_doubtful_is_underlined() -> None:
    """In an answer, and in a text that was read out; what is marked is escaped as everything is."""
    assert as_html(with_marks("It is **12.25**, <b>", [(12, 13)])) == "It is <strong>12.2<u>5</u></strong>, &lt;b&gt;"
    assert verbatim(with_marks("TOTAI 12.25 & more", [(4, 5), (10, 11)])) == (
        "<pre>TOTA<u>I</u> 12.2<u>5</u> &amp; more</pre>"
    )

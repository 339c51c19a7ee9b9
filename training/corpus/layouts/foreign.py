"""What a reader of printed English cannot read: other scripts, handwriting, maps, drawings, blank paper."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from training.corpus.pages import Layout, Studio

FAMILIES = (
    "'Noto Sans','Noto Sans CJK SC','Noto Sans CJK JP',sans-serif",
    "'Noto Serif','Noto Serif CJK SC','Noto Sans CJK SC',serif",
)
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Abroad:
    """Lines of text in other scripts by language, and outlines of lands in degrees."""

    lines: dict[str, tuple[str, ...]]
    lands: tuple[Ring, ...]


def script(studio: Studio, abroad: Abroad) -> Layout:
    """Return a page, a sign or a screen in another script."""
    rng = studio.rng
    page = Layout("foreign", rng.randint(300, 900), rng.randint(300, 900), group="foreign")
    lines = abroad.lines[rng.choice(sorted(abroad.lines))]
    paper, ink, accent = studio.colours(0.2)
    size = rng.choice((16, 18, 22, 28, 40, 64))
    count = max(1, min(40, round(page.width * page.height / (size * size * 60))))
    texts = [rng.choice(lines) for _ in range(count)]
    tag = rng.choice(("p", "div", "li"))
    page.body = f"<h2 style='color:{accent}'>{escape(rng.choice(lines)[:30])}</h2>" * (rng.random() < 0.5) + "".join(
        f"<{tag}>{escape(text[: rng.choice((12, 60, 200))])}</{tag}>" for text in texts
    )
    page.style = (
        f"font:{size}px/1.5 {rng.choice(FAMILIES)};background:{paper};color:{ink};padding:{rng.randint(10, 60)}px"
    )
    return page


def handwriting(studio: Studio, abroad: Abroad) -> Layout:
    """Return a note or a letter by hand."""
    rng = studio.rng
    page = Layout("foreign", rng.randint(350, 900), rng.randint(300, 900), group="foreign")
    size = rng.randint(22, 60)
    count = max(1, min(14, round(page.width * page.height / (size * size * 45))))
    ink = rng.choice(("#114", "#223", "#000", "#028", "#511", "#444"))
    lines = "".join(
        f"<p style='margin:.3em 0;transform:rotate({rng.uniform(-2, 2):.1f}deg);margin-left:{rng.randint(0, 40)}px'>{escape(studio.sentences(rng.choice((30, 80, 160))))}</p>"
        for _ in range(count)
    )
    ruled = (
        f"background-image:linear-gradient(#9bd6 1px,transparent 1px);background-size:100% {size * 1.3:.0f}px;"
        if rng.random() < 0.4
        else ""
    )
    page.body = lines
    page.style = f"font:{size}px/1.3 {rng.choice(studio.type.hand)};color:{ink};background-color:hsl(45,{rng.randint(0, 50)}%,{rng.randint(88, 100)}%);{ruled}padding:24px"
    return page


def chart_of_land(studio: Studio, abroad: Abroad) -> Layout:
    """Return a map, with or without names on it."""
    rng = studio.rng
    page = Layout("foreign", rng.randint(500, 900), rng.randint(400, 700), group="foreign")
    span = rng.choice((25, 50, 90, 180, 360))
    west, north = rng.uniform(-170, 170 - min(span, 339)), rng.uniform(10, 75)
    scale = page.width / span
    sea, palette = (
        rng.choice(("#bde", "#fff", "#def", "#246")),
        rng.choice(
            (
                ("#eed", "#dea", "#cdb", "#ecb"),
                ("#ddd",),
                ("#7a5", "#9b6", "#ac7"),
                ("#fbb", "#bfb", "#ffb", "#bbf", "#fdb"),
            )
        ),
    )
    paths, labels = [], []
    for ring in abroad.lands:
        places = [((x - west) * scale, (north - y) * scale) for x, y in ring]
        if any(0 < x < page.width and 0 < y < page.height for x, y in places):
            path = "L".join(f"{x:.0f} {y:.0f}" for x, y in places)
            paths.append(f"<path d='M{path}Z' fill='{rng.choice(palette)}' stroke='#777'/>")
            x, y = (sum(axis) / len(places) for axis in zip(*places, strict=True))
            if rng.random() < 0.35:
                labels.append(
                    f"<text x={x:.0f} y={y:.0f} font-size={rng.randint(10, 22)}>{escape(studio.title(1, 1))}</text>"
                )
    roads = "".join(
        f"<path d='M{rng.randint(0, 900)} {rng.randint(0, 700)}Q{rng.randint(0, 900)} {rng.randint(0, 700)} {rng.randint(0, 900)} {rng.randint(0, 700)}' fill=none stroke='{rng.choice(('#e83', '#fff', '#c33', '#999'))}' stroke-width={rng.randint(2, 7)} />"
        for _ in range(rng.choice((0, 0, 3, 8)))
    )
    page.body = f"<svg width={page.width} height={page.height} style='background:{sea}'>{''.join(paths)}{roads}{''.join(labels)}</svg>"
    page.style = f"font:14px {rng.choice(studio.type.text)}"
    return page


def doodle(studio: Studio, abroad: Abroad) -> Layout:
    """Return a drawing: lines, figures, plans; or blank paper."""
    rng = studio.rng
    page = Layout("foreign", rng.randint(350, 900), rng.randint(350, 900), group="foreign")
    paper, ink, accent = studio.colours(0.15)
    out = []
    form = rng.choice(("scribble", "plan", "figure", "tree", "code", "blank"))
    for _ in range(rng.randint(4, 22)):
        x, y, size = rng.uniform(0, page.width), rng.uniform(0, page.height), rng.uniform(20, 200)
        pen = f"stroke='{rng.choice((ink, ink, accent))}' stroke-width={rng.randint(1, 6)} fill='{rng.choice(('none', 'none', accent, '#8884'))}'"
        if form == "scribble":
            curve = " ".join(
                f"{x + rng.gauss(0, size):.0f} {y + rng.gauss(0, size):.0f}" for _ in range(rng.randint(2, 7))
            )
            out.append(f"<path d='M{x:.0f} {y:.0f}T{curve}' {pen} />")
        elif form == "plan":
            out.append(
                f"<rect x={x:.0f} y={y:.0f} width={size:.0f} height={rng.uniform(20, 200):.0f} {pen} /><path d='M{x:.0f} {y:.0f}h{size:.0f}v{size:.0f}' {pen} />"
            )
        elif form == "figure":
            legs = size * 0.5
            out.append(
                f"<g {pen}><circle cx={x:.0f} cy={y:.0f} r={size / 5:.0f} /><path d='M{x:.0f} {y + size / 5:.0f}v{legs:.0f}l{-legs / 2:.0f} {legs:.0f}m{legs / 2:.0f} {-legs:.0f}l{legs / 2:.0f} {legs:.0f}m{-legs:.0f} {-1.4 * legs:.0f}h{legs:.0f}'/></g>"
            )
        elif form == "tree":
            turns = "".join(
                f"M{x:.0f} {y + size:.0f}L{x + size * math.sin(angle):.0f} {y - size * math.cos(angle) * 0.8:.0f}"
                for angle in (-0.7, -0.3, 0, 0.4, 0.8)
            )
            out.append(
                f"<path d='{turns}' {pen} /><circle cx={x:.0f} cy={y - size * 0.6:.0f} r={size * 0.5:.0f} {pen} />"
            )
        elif form == "code":
            cells = "".join(
                f"M{x + 7 * rng.randrange(24):.0f} {y + 7 * rng.randrange(24):.0f}h7v7h-7z" for _ in range(220)
            )
            out.append(f"<path d='{cells}' fill='{ink}'/>")
    page.body = f"<svg width={page.width} height={page.height}>{''.join(out)}</svg>"
    page.style = f"background:{paper}"
    return page


FOREIGN = {script: 6, handwriting: 4, chart_of_land: 3, doodle: 3}
"""The layouts that cannot be read, and how often each is made."""


def read_lands(text: str) -> tuple[Ring, ...]:
    """Return the outlines of a TopoJSON file's lands, in degrees, one ring each."""
    topology = json.loads(text)
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(line)
    rings = []
    for shape in topology["objects"]["countries"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        for polygon in polygons:
            rings.append([point for at in polygon[0] for point in (arcs[at] if at >= 0 else arcs[~at][::-1])])
    return tuple(ring for ring in rings if len(ring) > 8)

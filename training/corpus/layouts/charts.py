"""Charts as programs of others draw them: bars, lines, shares and points, with axes and legends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from training.corpus.pages import Layout, Studio
from training.lists import read_lists, read_rows

WORDS, ROWS = read_lists("corpus/words"), read_rows("corpus/words")
PALETTES = (
    ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2"),
    ("#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3"),
    ("#636efa", "#ef553b", "#00cc96", "#ab63fa", "#ffa15a", "#19d3f3", "#ff6692"),
    ("#f8766d", "#7cae00", "#00bfc4", "#c77cff", "#e69f00", "#56b4e9", "#009e73"),
    ("#333333", "#888888", "#bbbbbb", "#555555", "#999999", "#222222", "#cccccc"),
    ("#4285f4", "#ea4335", "#fbbc04", "#34a853", "#ff6d01", "#46bdc6", "#7baaf7"),
)
KINDS = {
    "bar": ("A bar chart.", "一张柱状图。"),
    "line": ("A line chart.", "一张折线图。"),
    "pie": ("A pie chart.", "一张饼图。"),
    "points": ("A scatter plot.", "一张散点图。"),
}
ACROSS = ("Month", "Year", "Country", "Group", "Time (s)", "Category", "Size (kB)", "Epoch", "Age", "Price")
MOST, LEAST = ("highest", "largest", "biggest", "tallest", "most"), ("lowest", "smallest", "least", "shortest")


def chart(studio: Studio) -> Layout:
    """Return a chart of one of four forms."""
    rng = studio.rng
    page = Layout("chart", *rng.choice(((640, 480), (800, 500), (600, 600), (960, 540), (500, 400))))
    paper, ink, _ = studio.colours(0.15)
    form = rng.choice(("bar", "bar", "bar", "line", "line", "pie", "points"))
    page.style = f"font:{rng.randint(15, 21)}px {rng.choice(studio.type.text)};background:{paper};color:{ink}"
    title, unit = (
        f"{rng.choice(WORDS.TOPICS)} {rng.choice(('per', 'by', 'in', 'of'))} {studio.title(1, 3)}",
        rng.choice(WORDS.UNITS),
    )
    title = rng.choice((title, f"{rng.choice(WORDS.TOPICS)} ({unit})", studio.title(2, 5)))
    page.fact(
        "title",
        title,
        "What is the title of the chart?",
        "What does the chart show?",
        "chart title?",
        "What is shown in the graph?",
        "what is this chart about",
        zh=("图表的标题是什么?", "图表展示了什么?"),
    )
    page.fact(
        "",
        KINDS[form][0],
        "What kind of chart is it?",
        "What type of graph is this?",
        "chart type?",
        zh=("这是什么类型的图?", "是什么图?"),
        free=True,
        chinese=KINDS[form][1],
    )
    names = list(rng.choice(vars(ROWS)["CATEGORIES"]))
    names = names[: rng.randint(min(3, len(names)), len(names))]
    if form == "pie":
        page.body = _pie(studio, page, names, title)
    else:
        page.body = _axes(studio, page, form, names, (title, unit))
    return page


def _extremes(page: Layout, names: Sequence[str], numbers: Sequence[float], what: str) -> None:
    """Note the largest and the smallest, where they stand out."""
    order = sorted(range(len(names)), key=numbers.__getitem__)
    room = 0.06 * max(numbers)
    if numbers[order[-1]] - numbers[order[-2]] > room:
        page.fact(
            "",
            names[order[-1]],
            *(f"Which {what} is the {most}?" for most in MOST[:4]),
            f"which {what} has the most",
            "What has the highest value?",
            "Which one is the biggest?",
            zh=("哪个最大?", "哪一项最高?", "最多的是哪个?"),
        )
    if numbers[order[1]] - numbers[order[0]] > room:
        page.fact(
            "",
            names[order[0]],
            *(f"Which {what} is the {least}?" for least in LEAST),
            "What has the lowest value?",
            "Which one is the smallest?",
            zh=("哪个最小?", "哪一项最低?", "最少的是哪个?"),
        )


def _pie(studio: Studio, page: Layout, names: list[str], title: str) -> str:
    rng = studio.rng
    parts = [rng.uniform(0.5, 5) for _ in names]
    shares = [100 * part / sum(parts) for part in parts]
    palette, stops, total, legend = rng.choice(PALETTES), [], 0.0, []
    told = rng.random() < 0.7
    for at, (name, share) in enumerate(zip(names, shares, strict=True)):
        colour = palette[at % len(palette)]
        stops.append(f"{colour} {total:.1f}% {total + share:.1f}%")
        total += share
        value = f"{share:.0f}%" if rng.random() < 0.7 else f"{share:.1f}%"
        if told:
            page.fact(
                "entry",
                value,
                f"How much is {name}?",
                f"share of {name}",
                f"What percentage is {name}?",
                subject=name,
                place=name,
            )
        legend.append(
            f"<div><span style='display:inline-block;width:.8em;height:.8em;background:{colour}'></span> {escape(name)}{' ' + value if told else ''}</div>"
        )
    _extremes(page, names, shares, rng.choice(("part", "slice", "category", "share")))
    page.fact("", str(len(names)), "How many slices are there?", "How many categories?", zh=("有几个部分?",), free=True)
    side = round(min(page.width * 0.5, page.height * 0.65))
    hole = (
        f"radial-gradient(circle,{'#fff'} 0 {rng.choice((0, 0, 30, 45))}%,transparent 0)," if rng.random() < 0.4 else ""
    )
    return f"<h3 style='text-align:center;margin:14px'>{escape(title)}</h3><div style='display:flex;align-items:center;gap:24px;padding:10px 24px'><div style='width:{side}px;height:{side}px;border-radius:50%;background:{hole}conic-gradient({','.join(stops)})'></div><div>{''.join(legend)}</div></div>"


@dataclass(frozen=True, slots=True)
class _Plot:
    """A plot in SVG as it is drawn: its page, its box in CSS pixels, and what stands in it."""

    studio: Studio
    page: Layout
    form: str
    names: Sequence[str]
    series: Sequence[str]
    data: Sequence[Sequence[float]]
    top: float
    palette: Sequence[str]
    left: int = 90
    upper: int = 60

    @property
    def right(self) -> int:
        """The box's right edge; a legend stands beyond it."""
        return self.page.width - (150 if len(self.series) > 1 else 30)

    @property
    def lower(self) -> int:
        """The box's lower edge."""
        return self.page.height - 90

    @property
    def step(self) -> float:
        """The width of a category."""
        return (self.right - self.left) / len(self.names)

    def middle(self, at: int) -> float:
        """Return where the middle of a category is."""
        return self.left + self.step * (at + 0.5)

    def height(self, value: float) -> float:
        """Return where a value stands."""
        return self.lower - (self.lower - self.upper) * value / (self.top * 1.05)


def _axes(studio: Studio, page: Layout, form: str, names: list[str], heading: tuple[str, str]) -> str:
    """Return bars, lines or points between axes under a heading; a title and the values' unit."""
    rng = studio.rng
    palette = rng.choice(PALETTES)
    count = rng.choice((1, 1, 1, 2, 3)) if form != "points" else 1
    series = rng.sample(WORDS.SERIES, count)
    top = rng.choice((1, 10, 50, 100, 400, 1000, 20000))
    data = [[rng.uniform(0.08, 1) * top for _ in names] for _ in series]
    plot = _Plot(studio, page, form, names, series, data, top, palette)
    parts = [*_frame(plot, heading[0]), *_marks(plot), *_categories(plot), *_axis_titles(plot, heading[1])]
    return "".join((*parts, *_about(plot), "</svg>"))


def _frame(plot: _Plot, title: str) -> Iterator[str]:
    left, right, upper, lower = plot.left, plot.right, plot.upper, plot.lower
    width, height, grid = plot.page.width, plot.page.height, plot.studio.rng.random() < 0.6
    yield f"<svg width={width} height={height} style='display:block' font-size='inherit' fill='currentColor'>"
    yield f"<text x={width / 2} y=36 text-anchor=middle font-size='1.25em'>{escape(title)}</text>"
    for tick in range(6):
        y = lower - (lower - upper) * tick / 5
        value = plot.top * 1.05 * tick / 5
        label = f"{value:,.0f}" if plot.top > 5 else f"{value:.1f}"
        yield f"<text x={left - 8} y={y + 5:.0f} text-anchor=end>{label}</text>"
        yield f"<line x1={left if grid else left - 5} x2={right if grid else left} y1={y:.0f} y2={y:.0f} stroke='#8886'/>"
    yield f"<path d='M{left} {upper}V{lower}H{right}' stroke='currentColor' fill=none />"


def _marks(plot: _Plot) -> Iterator[str]:
    """Draw the values of each series, and now and then print those of bars over them."""
    labelled = plot.form == "bar" and len(plot.series) == 1 and plot.studio.rng.random() < 0.4
    draw = {"bar": _bars, "line": _line, "points": _points}[plot.form]
    for number in range(len(plot.series)):
        yield from draw(plot, number)
        if labelled:
            yield from _labels(plot)


def _bars(plot: _Plot, number: int) -> Iterator[str]:
    across = plot.step * 0.7 / len(plot.series)
    for at, value in enumerate(plot.data[number]):
        x, y = plot.middle(at), plot.height(value)
        place = f"x={x - plot.step * 0.35 + across * number:.1f} y={y:.1f}"
        yield f"<rect {place} width={across:.1f} height={plot.lower - y:.1f} fill='{plot.palette[number]}'/>"


def _line(plot: _Plot, number: int) -> Iterator[str]:
    rng, colour = plot.studio.rng, plot.palette[number]
    places = [(plot.middle(at), plot.height(value)) for at, value in enumerate(plot.data[number])]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    yield f"<path d='M{path}' stroke='{colour}' stroke-width={rng.choice((2, 3, 4))} fill=none />"
    if rng.random() < 0.5:
        yield from (f"<circle cx={x:.1f} cy={y:.1f} r=4 fill='{colour}'/>" for x, y in places)


def _points(plot: _Plot, number: int) -> Iterator[str]:
    rng, colour = plot.studio.rng, plot.palette[number]
    for _ in range(rng.randint(15, 80)):
        x, y = rng.uniform(plot.left, plot.right), rng.uniform(plot.upper, plot.lower)
        yield f"<circle cx={x:.0f} cy={y:.0f} r={rng.choice((3, 4, 6))} fill='{colour}' opacity=.8 />"


def _labels(plot: _Plot) -> Iterator[str]:
    for at, (value, category) in enumerate(zip(plot.data[0], plot.names, strict=True)):
        said = f"{value:,.0f}" if plot.top > 5 else f"{value:.2f}"
        yield f"<text x={plot.middle(at):.0f} y={plot.height(value) - 6:.0f} text-anchor=middle>{said}</text>"
        asked = f"What is the value for {category}?", f"value of {category}"
        plot.page.fact("entry", said, *asked, subject=category, place=category)


def _categories(plot: _Plot) -> Iterator[str]:
    if plot.form == "points":
        return
    turned = plot.step / (max(map(len, plot.names)) * 9.5) < 0.75
    for at, name in enumerate(plot.names):
        x, y = plot.middle(at), plot.lower + 24
        how = f"text-anchor=end transform='rotate(-35 {x:.0f} {y:.0f})'" if turned else "text-anchor=middle"
        yield f"<text x={x:.0f} y={y:.0f} {how}>{escape(name)}</text>"


def _axis_titles(plot: _Plot, unit: str) -> Iterator[str]:
    """Name the axes, or not, and ask for what stands there."""
    rng, page = plot.studio.rng, plot.page
    across, up = rng.choice(ACROSS), f"{rng.choice(WORDS.TOPICS)} ({unit})"
    if rng.random() < 0.7:
        asked = (
            "What is on the x axis?",
            "x axis label?",
            "What does the x-axis show?",
            "What is the horizontal axis?",
        )
        said, x = page.fact("", across, *asked, zh=("横轴是什么?", "x轴表示什么?")), (plot.left + plot.right) / 2
        yield f"<text x={x:.0f} y={page.height - 14} text-anchor=middle>{said}</text>"
    if rng.random() < 0.7:
        asked = ("What is on the y axis?", "y axis label?", "What does the y-axis show?", "What is the vertical axis?")
        said, y = page.fact("", up, *asked, zh=("纵轴是什么?", "y轴表示什么?")), (plot.upper + plot.lower) / 2
        yield f"<text x=24 y={y:.0f} text-anchor=middle transform='rotate(-90 24 {y:.0f})'>{said}</text>"


def _about(plot: _Plot) -> Iterator[str]:
    """Draw the legend of several series; ask for it, or for what the only one shows."""
    rng, page, names = plot.studio.rng, plot.page, list(plot.names)
    if len(plot.series) > 1:
        for number, name in enumerate(plot.series):
            x, y = plot.right, plot.upper + 30 * number
            yield f"<rect x={x + 14} y={y} width=14 height=14 fill='{plot.palette[number]}'/>"
            yield f"<text x={x + 34} y={y + 13}>{escape(name)}</text>"
        asked, place = ("What is in the legend?", "Which series are shown?", "legend?"), plot.series[0]
        page.fact("", ", ".join(plot.series), *asked, zh=("图例里有什么?",), place=place)
    elif plot.form == "bar":
        _extremes(page, names, plot.data[0], rng.choice(("bar", "category", "one", "column")))
        page.fact("", str(len(names)), "How many bars are there?", "number of bars?", zh=("有几根柱子?",), free=True)
    elif plot.form == "line":
        _extremes(page, names, plot.data[0], rng.choice(("point", "place on the x axis", "one")))


CHARTS = {chart: 1}
"""The layouts of charts."""

"""Charts as programs of others draw them: bars, lines, shares and points, with axes and legends."""

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
        page.body = _axes(studio, page, form, names, title, unit)
    return page


def _extremes(page: Layout, names: list[str], numbers: list[float], what: str) -> None:
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


def _axes(studio: Studio, page: Layout, form: str, names: list[str], title: str, unit: str) -> str:
    rng = studio.rng
    width, height, palette = page.width, page.height, rng.choice(PALETTES)
    count = rng.choice((1, 1, 1, 2, 3)) if form != "points" else 1
    series = rng.sample(WORDS.SERIES, count)
    top = rng.choice((1, 10, 50, 100, 400, 1000, 20000))
    data = [[rng.uniform(0.08, 1) * top for _ in names] for _ in series]
    left, right, upper, lower = 90, width - (150 if count > 1 else 30), 60, height - 90
    grid = rng.random() < 0.6
    out = [f"<svg width={width} height={height} style='display:block' font-size='inherit' fill='currentColor'>"]
    out.append(f"<text x={width / 2} y=36 text-anchor=middle font-size='1.25em'>{escape(title)}</text>")
    for tick in range(6):
        y = lower - (lower - upper) * tick / 5
        value = top * 1.05 * tick / 5
        label = f"{value:,.0f}" if top > 5 else f"{value:.1f}"
        out.append(f"<text x={left - 8} y={y + 5:.0f} text-anchor=end>{label}</text>")
        out.append(
            f"<line x1={left if grid else left - 5} x2={right if grid else left} y1={y:.0f} y2={y:.0f} stroke='#8886'/>"
        )
    out.append(f"<path d='M{left} {upper}V{lower}H{right}' stroke='currentColor' fill=none />")
    step = (right - left) / len(names)
    high = lambda value: lower - (lower - upper) * value / (top * 1.05)
    labelled = form == "bar" and count == 1 and rng.random() < 0.4
    for number, (name, row) in enumerate(zip(series, data, strict=True)):
        colour = palette[number]
        places = [(left + step * (at + 0.5), high(value)) for at, value in enumerate(row)]
        if form == "bar":
            across = step * 0.7 / count
            out += [
                f"<rect x={x - step * 0.35 + across * number:.1f} y={y:.1f} width={across:.1f} height={lower - y:.1f} fill='{colour}'/>"
                for x, y in places
            ]
        elif form == "line":
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            out.append(f"<path d='M{path}' stroke='{colour}' stroke-width={rng.choice((2, 3, 4))} fill=none />")
            if rng.random() < 0.5:
                out += [f"<circle cx={x:.1f} cy={y:.1f} r=4 fill='{colour}'/>" for x, y in places]
        else:
            out += [
                f"<circle cx={rng.uniform(left, right):.0f} cy={rng.uniform(upper, lower):.0f} r={rng.choice((3, 4, 6))} fill='{colour}' opacity=.8 />"
                for _ in range(rng.randint(15, 80))
            ]
        if labelled:
            for (x, y), value, category in zip(places, row, names, strict=True):
                said = f"{value:,.0f}" if top > 5 else f"{value:.2f}"
                out.append(f"<text x={x:.0f} y={y - 6:.0f} text-anchor=middle>{said}</text>")
                page.fact(
                    "entry",
                    said,
                    f"What is the value for {category}?",
                    f"value of {category}",
                    subject=category,
                    place=category,
                )
    small = min(1.0, step / (max(map(len, names)) * 9.5))
    if form != "points":
        turned = small < 0.75
        for at, name in enumerate(names):
            x, y = left + step * (at + 0.5), lower + 24
            how = f"text-anchor=end transform='rotate(-35 {x:.0f} {y:.0f})'" if turned else "text-anchor=middle"
            out.append(f"<text x={x:.0f} y={y:.0f} {how}>{escape(name)}</text>")
    across, up = (
        rng.choice(("Month", "Year", "Country", "Group", "Time (s)", "Category", "Size (kB)", "Epoch", "Age", "Price")),
        f"{rng.choice(WORDS.TOPICS)} ({unit})",
    )
    if rng.random() < 0.7:
        out.append(
            f"<text x={(left + right) / 2:.0f} y={height - 14} text-anchor=middle>{page.fact('', across, 'What is on the x axis?', 'x axis label?', 'What does the x-axis show?', 'What is the horizontal axis?', zh=('横轴是什么?', 'x轴表示什么?'))}</text>"
        )
    if rng.random() < 0.7:
        y = (upper + lower) / 2
        out.append(
            f"<text x=24 y={y:.0f} text-anchor=middle transform='rotate(-90 24 {y:.0f})'>{page.fact('', up, 'What is on the y axis?', 'y axis label?', 'What does the y-axis show?', 'What is the vertical axis?', zh=('纵轴是什么?', 'y轴表示什么?'))}</text>"
        )
    if count > 1:
        for number, name in enumerate(series):
            out.append(
                f"<rect x={right + 14} y={upper + 30 * number} width=14 height=14 fill='{palette[number]}'/><text x={right + 34} y={upper + 30 * number + 13}>{escape(name)}</text>"
            )
        page.fact(
            "",
            ", ".join(series),
            "What is in the legend?",
            "Which series are shown?",
            "legend?",
            zh=("图例里有什么?",),
            place=series[0],
        )
    elif form == "bar":
        _extremes(page, names, data[0], rng.choice(("bar", "category", "one", "column")))
        page.fact("", str(len(names)), "How many bars are there?", "number of bars?", zh=("有几根柱子?",), free=True)
    elif form == "line":
        _extremes(page, names, data[0], rng.choice(("point", "place on the x axis", "one")))
    return "".join(out) + "</svg>"


CHARTS = {chart: 1}
"""The layouts of charts."""

"""The many ways to ask about a chart, in English and in Chinese, some of them kept out of training.

Slots: {noun} of a category and {nouns}, {bar} or point and {bars}, {most} of a value and {tall} of a bar, {label}.
"""

from training.phrasing import Phrases, crossed

TELLING = ("Tell me", "Give me", "Show me", "Find", "Name", "Read me", "Look up", "Write down", "Say", "Please tell me")
HERE = ("", " here", " in the chart", " in this chart", " in the picture", " on the graph", " in this graph", " shown")
NUMBERS = ("value", "number", "figure")
OF = ("of", "for", "at")
TITLES = ("title", "heading", "headline", "name")


TITLE = Phrases(
    train=(
        *("What is the title?", "What's the title?", "What is the title of the chart?", "What is the chart called?"),
        *("Read the title.", "Title?", "What does the title say?", "What is this chart about?", "What is the heading?"),
        *("Tell me the title.", "Give me the title, please.", "What is the name of the chart?", "Which title is it?"),
    ),
    test=("What is the title of this chart?", "How is the chart titled?", "What heading does the graph carry?"),
    chinese=(
        *("标题是什么?", "图表的标题是什么?", "请读出标题。", "标题?", "这个图表叫什么?", "图表是关于什么的?"),
        "这张图表的标题写的是什么?",
    ),
    more=(
        *crossed("{} the {}.", TELLING, ("title", "chart's title", "heading", "graph's name")),
        *crossed("What is the {}{}?", ("title", "heading", "headline", "caption"), HERE),
        *crossed("What is the {} {}?", ("chart", "graph", "plot"), ("about", "called", "named", "titled")),
        *crossed("How is {} {}?", ("it", "the graph", "this chart"), ("called", "named", "titled", "headed")),
        *crossed(
            "{} {} does {} {}?", ("What", "Which"), TITLES, ("it", "the chart"), ("have", "show", "carry", "bear")
        ),
    ),
    more_chinese=crossed(
        "{}{}{}",
        ("", "请问", "图中的", "图表的", "这张图的"),
        ("标题", "题目", "名称"),
        ("是什么?", "写了什么?", "写的是什么?", "是?"),
    ),
)

VALUE = Phrases(
    train=(
        *("What is the value of {label}?", "What is the value for {label}?", "How much is {label}?", "{label}?"),
        *("What value does {label} have?", "What number does {label} have?", "What is {label}?", "Value of {label}?"),
        *(
            "Tell me the value of {label}.",
            "Read the value for {label}.",
            "What does {label} show?",
            "How high is {label}?",
        ),
        *("What is the number for {label}?", "And {label}?", "How many for {label}?"),
    ),
    test=("What is shown for {label}?", "Which value belongs to {label}?", "What figure do you see for {label}?"),
    chinese=(
        *("{label}的数值是多少?", "{label}是多少?", "{label}的值是多少?", "{label}对应多少?", "{label}的数据是多少?"),
        *("请告诉我{label}的数值。", "{label}有多少?", "{label}?", "图表上{label}那一项是多少?"),
    ),
    more=(
        *crossed("{} the {} {} {{label}}.", TELLING, NUMBERS, OF),
        *crossed("{} the {} {} {{label}}{}?", ("What is", "What's", "What was"), (*NUMBERS, "amount"), OF, HERE[:3]),
        *crossed("How {} {} {{label}}?", ("much", "high", "large", "big"), ("is", "was")),
        *crossed("What {} {} {{label}} {}?", NUMBERS, ("does", "did"), ("have", "show", "reach", "get")),
        *crossed("What is the value of the {{bar}} {} {{label}}?", (*OF, "labelled", "named")),
        *crossed("What {} {} {{label}}?", ("is given", "stands", "is written", "is printed", "do you see"), OF),
        *crossed("What {} shown {} {{label}}?", ("value is", "number is", "is the figure"), OF),
        *crossed(
            "{} {} {} {{label}}?", ("Which", "What"), NUMBERS[1:], ("belongs to", "goes with", "stands for", "is at")
        ),
        *crossed("{} do you {} {} {{label}}?", ("What value", "Which number", "What"), ("see", "read", "find"), OF),
    ),
    more_chinese=(
        *crossed(
            "{}{{label}}{}{}{}",
            ("", "请问", "图中", "图表中", "图表上"),
            ("的", "对应的", "那一项的"),
            ("数值", "数字", "值", "数据"),
            ("是多少?", "是几?", "?"),
        ),
        *crossed(
            "{}{{label}}{}{}",
            ("", "请问", "图上", "图中"),
            ("这一项", "那一栏", "那项"),
            ("是多少?", "有多少?", "是几?"),
        ),
    ),
)

TREND = Phrases(
    train=(
        *("Does it rise or fall?", "What is the trend?", "Is it going up or down?", "Does the line rise or fall?"),
        *("How does the line go?", "Trend?", "What does the line do?", "Do the values go up or down?", "Up or down?"),
        *("Is the line rising or falling?", "Which way does the line go?", "Do the values increase or decrease?"),
        *("Is it increasing or decreasing?", "How do the values change?", "What's the trend?"),
    ),
    test=("Is the trend up or down?", "Which direction does the line take?", "How does it develop over time?"),
    chinese=(
        *(
            "趋势是什么?",
            "是上升还是下降?",
            "折线是上升还是下降?",
            "数值在上升还是下降?",
            "走势如何?",
            "变化趋势怎么样?",
        ),
        "整体上在涨还是在跌?",
    ),
    more=(
        *crossed(
            "{} {}{}?",
            ("Does it", "Does the line", "Do the values", "Do the numbers", "Does the curve", "Does the graph"),
            ("rise or fall", "go up or down", "increase or decrease", "climb or drop", "grow or shrink"),
            ("", " over time", " in this chart"),
        ),
        *crossed(
            "{} {}?",
            ("Is it", "Is the line", "Are the values", "Are the numbers", "Is the curve", "Is the graph"),
            ("rising or falling", "going up or down", "increasing or decreasing", "growing or shrinking"),
        ),
        *crossed("What is the trend{}?", HERE),
        *crossed("{} the trend.", TELLING),
        *crossed("Is the trend {}{}?", ("rising or falling", "going up or down", "upward or downward"), HERE[:4]),
        *crossed(
            "{} direction does {} {}?", ("What", "Which"), ("it", "the curve", "the graph"), ("go", "take", "have")
        ),
        *crossed(
            "How {} {}?", ("does the line", "do the values", "do the numbers"), ("develop", "change", "move", "run")
        ),
    ),
    more_chinese=crossed(
        "{}{}",
        ("数值", "折线", "图中的线", "图表", "数据", "请问数据", "请问折线"),
        (
            *("是上升还是下降?", "的趋势是什么?", "在上升还是下降?", "的走势如何?", "是升还是降?", "怎么变化?"),
            *("是涨还是跌?", "在涨还是在跌?", "整体上升还是下降?"),
        ),
    ),
)

COUNT = Phrases(
    train=(
        *("How many {bars} are there?", "How many {bars} do you see?", "How many {bars} does the chart have?"),
        *("Count the {bars}.", "How many {bars}?", "What is the number of {bars}?", "How many categories are there?"),
        *(
            "How many {bars} are shown?",
            "How many values are there?",
            "Number of {bars}?",
            "How many {nouns} are there?",
        ),
    ),
    test=("How many {bars} can you count?", "Could you count the {bars}?"),
    chinese=(
        "有几个{bar}?",
        "图中有多少个{bar}?",
        "一共有几个{bar}?",
        "有多少个{bar}?",
        "{bar}的数量是多少?",
        "数一数有几个{bar}。",
    ),
    more=(
        *crossed(
            "How many {} {}{}?",
            ("{bars}", "{nouns}", "categories", "values"),
            ("are there", "do you see", "are shown", "are"),
            HERE[1:-1],
        ),
        *crossed("{} how many {{bars}} there are.", TELLING[:3]),
        *crossed("{} {}.", ("Count", "Please count"), ("the {bars}", "all {bars}", "the {nouns}")),
        *crossed("Can you count {}?", ("the {bars}", "all {bars}", "the {nouns}")),
        *crossed("How many {} can {} {}?", ("{bars}", "{nouns}"), ("you", "I", "we"), ("see", "find", "make out")),
        *crossed("How many {} can {} count?", ("{nouns}", "categories"), ("you", "we")),
    ),
    more_chinese=(
        *crossed(
            "{}{}{}?",
            ("", "请问", "图中", "图表中", "这里", "这张图上"),
            ("有几个", "有多少个", "一共有多少个", "总共有几个"),
            ("{bar}", "{noun}"),
        ),
        *crossed(
            "{}{}{}。", ("数一下", "请数一数", "数数"), ("有多少个", "图中有几个", "一共有几个"), ("{bar}", "{noun}")
        ),
    ),
)

CHART_KIND = Phrases(
    train=(
        *(
            "What kind of chart is it?",
            "What kind of chart is this?",
            "What type of chart is it?",
            "Which chart is it?",
        ),
        *("Is it a bar chart or a line chart?", "What type of graph is this?", "Is this a line chart or a bar chart?"),
        *("What kind of graph is shown?", "Which type of chart is this?", "Bar chart or line chart?"),
    ),
    test=("What sort of chart do you see?", "Which sort of graph is this?"),
    chinese=("这是什么图表?", "这是哪种图表?", "是柱状图还是折线图?", "图表的类型是什么?", "这是什么类型的图?"),
    more=(
        *crossed(
            "{} of {} {}?",
            ("What kind", "What type", "Which kind", "Which type"),
            ("chart", "graph", "diagram", "plot"),
            ("is it", "is this", "is that", "do you see", "is shown", "is in the picture"),
        ),
        *crossed("{} what kind of {} it is.", TELLING[:3], ("chart", "graph", "diagram")),
    ),
    more_chinese=crossed(
        "{}{}{}?",
        ("这是", "图中是", "请问这是", "上面是"),
        ("什么样的", "哪一种", "什么类型的", "哪种类型的"),
        ("图表", "统计图"),
    ),
)

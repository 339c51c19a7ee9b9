"""The many ways to ask which category of a chart is the largest or smallest, when it is so, and what its value is.

Slots as in `training.charts.phrases`.
"""

from training.charts.phrases import HERE, NUMBERS, TELLING
from training.phrasing import Phrases, crossed

WHO = ("Which {noun}", "What {noun}", "Which one", "Which of these", "Which category", "Which label", "Which {bar}")
EXTREME = Phrases(
    train=(
        *("Which {noun} is the {most}?", "Which {noun} has the {most} value?", "Which {bar} is the {tall}?"),
        *("Which one is the {most}?", "Which {noun} has the {tall} {bar}?", "Which is the {tall} {bar}?"),
        *("What {noun} is the {most}?", "Which one has the {most} value?", "Where is the value {most}?"),
        *("Name the {noun} with the {most} value.", "Which {noun} is {most}?", "Which is {most}?"),
    ),
    test=("Which of them is the {most}?", "For which {noun} is the value {most}?", "Who has the {tall} {bar}?"),
    chinese=(
        *("哪个{noun}的数值{most}?", "{most}的是哪个?", "哪个{noun}{most}?", "哪一个{most}?", "哪个{bar}{tall}?"),
        *("数值{most}的{noun}是哪个?", "哪一项的数值{most}?"),
    ),
    more=(
        *crossed("{} is {}{{most}}{}?", WHO, ("", "the "), HERE[:5]),
        *crossed("{} {} the {{most}} {}?", WHO, ("has", "shows", "reaches", "got", "had"), NUMBERS),
        *crossed("{} has the {{tall}} {{bar}}{}?", WHO[:-1], HERE[:5]),
        *crossed("{} the {{noun}} with the {}.", TELLING, ("{most} value", "{tall} {bar}")),
        *crossed("{} which {} is {{most}}.", TELLING[:3], ("{noun}", "{bar}", "one")),
        *crossed("Who {} the {{tall}} {{bar}}{}?", ("got", "shows", "owns", "has got"), HERE[:3]),
        *crossed("Who {} the {{most}} {}?", ("has", "got", "shows", "reaches"), NUMBERS),
        *crossed("Who {} {{most}}?", ("is", "was", "is the", "of them is")),
        *crossed("Which of them {} the {{most}} {}?", ("has", "shows", "got"), NUMBERS),
        *crossed(
            "For {} is {} {{most}}?", ("which {noun}", "which one", "whom", "what"), ("it", "the number", "the figure")
        ),
        *crossed("{} belongs to the {{most}} {}?", ("Which {noun}", "What", "Which label"), NUMBERS),
    ),
    more_chinese=crossed(
        "{}{}{}",
        ("", "请问", "图中", "图表中", "这里"),
        ("哪个{noun}", "哪个", "哪一个", "哪一项", "什么{noun}"),
        ("{most}?", "数值{most}?", "的值{most}?", "的{bar}{tall}?", "的数字{most}?", "是{most}的?"),
    ),
)
PEAK = Phrases(
    train=(
        *(
            "When is it {most}?",
            "When was it {most}?",
            "In which {noun} is it {most}?",
            "In which {noun} was it {most}?",
        ),
        *("When was the {most} value?", "When is the value {most}?", "When were the values {most}?"),
        *("In what {noun} was the value {most}?", "When is the {most} value reached?", "{noun} with the {most} value?"),
    ),
    test=("At what point was it {most}?", "In which {noun} do we see the {most} value?"),
    chinese=("什么时候{most}?", "哪个{noun}{most}?", "何时{most}?", "什么时候的值{most}?", "数值在什么时候{most}?"),
    more=(
        *crossed(
            "{} {} {{most}}{}?",
            ("When", "In which {noun}", "In what {noun}", "On the chart, when"),
            ("is it", "was it", "is the value", "was the value", "is the number", "is the line"),
            ("", " of all"),
        ),
        *crossed("{} when it {} {{most}}.", TELLING[:3], ("is", "was")),
        *crossed("At {} {} it {{most}}?", ("what {noun}", "which {noun}", "which point", "what time"), ("is", "was")),
        *crossed("{} do {} see the {{most}} {}?", ("Where", "When", "At which {noun}"), ("we", "you", "I"), NUMBERS),
        *crossed("In which {{noun}} do {} see the {{most}} {}?", ("you", "I"), NUMBERS),
        *crossed("In which {{noun}} {} the {{most}} {}?", ("was", "is", "can we see"), NUMBERS),
    ),
    more_chinese=crossed(
        "{}{}{}{{most}}?",
        ("", "请问", "图中", "图表中"),
        ("什么时候", "哪个{noun}", "何时", "在哪个{noun}"),
        ("", "数值", "数字", "的数据"),
    ),
)

GETS = ("have", "show", "reach", "get", "stand for")
EXTREME_VALUE = Phrases(
    train=(
        *("What is the {most} value?", "What's the {most} value?", "What is the {most} number?", "The {most} value?"),
        *("How high is the {tall} {bar}?", "What is the value of the {tall} {bar}?", "Tell me the {most} value."),
        *(
            "Read the {most} value.",
            "Give me the {most} number.",
            "What is the {most} figure?",
            "Which value is {most}?",
        ),
    ),
    test=("What number does the {tall} {bar} have?", "How much is the {most} value?"),
    chinese=(
        *("{most}的数值是多少?", "{most}值是多少?", "数值{most}是多少?", "{most}的值是多少?", "{tall}的{bar}是多少?"),
        *("{most}的数字是?", "图中{most}的数值有多大?"),
    ),
    more=(
        *crossed("{} the {{most}} {}.", TELLING, NUMBERS),
        *crossed("{} the {{most}} {}{}?", ("What is", "What's", "What was"), NUMBERS, HERE),
        *crossed("{} the value of the {{tall}} {{bar}}.", TELLING),
        *("How much is the {tall} {bar}?", "What does the {tall} {bar} show?", "What value has the {tall} {bar}?"),
        *crossed("{} {} does the {{tall}} {{bar}} {}?", ("What", "Which"), ("value", "figure"), GETS),
        *crossed("Which number does the {{tall}} {{bar}} {}?", GETS),
        *crossed("How {} is the {{most}} {}?", ("large", "high", "big"), (*NUMBERS, "one", "of them")),
        *crossed("How much is the {{most}} {}?", ("number", "figure", "one", "of these")),
        *crossed("{} number is the {{most}}{}?", ("What", "Which"), HERE),
    ),
    more_chinese=(
        *crossed(
            "{}{{most}}的{}是{}",
            ("", "请问", "图中", "图表中", "这里"),
            ("数值", "数字", "值", "数据"),
            ("多少?", "几?", "什么?"),
        ),
        *crossed(
            "{}{{most}}的{}有{}", ("", "请问", "图中", "这里"), ("数字", "值", "数据"), ("多大?", "多高?", "多少?")
        ),
    ),
)

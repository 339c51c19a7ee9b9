"""The many ways to ask about flat shapes, in English and in Chinese."""

from training.phrasing import Phrases, crossed

WHERE = ("here", "in the picture", "in this image", "in the photo", "on the image", "there", "in this drawing")
CHINESE_WHERE = ("图中", "图里", "图片里", "这里", "画面中", "图片中", "这张图里")
POLITE = ("Can you tell me", "Tell me", "Please say", "Could you tell me", "I want to know", "I'd like to know")


def _ways(questions: tuple[str, ...], indirect: tuple[str, ...]) -> tuple[str, ...]:
    """Direct questions at each place, and indirect ones after each polite opening."""
    return (*crossed("{} {}?", questions, WHERE), *crossed("{} {}.", POLITE, indirect))


def _chinese(tails: tuple[str, ...]) -> tuple[str, ...]:
    return crossed("{}{}{}", ("", "请问"), CHINESE_WHERE, tails)


ONE = Phrases(
    train=(
        *(
            "What shape is this?",
            "What shape is it?",
            "Which shape is this?",
            "Which shape do you see?",
            "Name the shape.",
        ),
        *("What is the shape?", "What shape do you see?", "What figure is this?", "Shape?", "Tell me the shape."),
        *("What shape and colour is it?", "What is drawn here?"),
    ),
    test=("What kind of shape is that?", "Can you name this shape?"),
    more=_ways(
        (
            *("What shape is", "Which shape is", "What shape do you see", "Which figure is drawn"),
            *("What kind of shape is", "What kind of figure is", "What sort of shape do you see"),
        ),
        ("what shape it is", "which shape this is", "the name of the shape", "what kind of shape you see"),
    ),
    chinese=(
        "这是什么形状?",
        "图中是什么形状?",
        "什么形状?",
        "这个图形是什么?",
        "看到什么形状?",
        "请说出这是什么形状。",
    ),
    more_chinese=_chinese(("是什么形状?", "有什么形状?", "画的是什么形状?", "是什么图形?")),
)
ALL = Phrases(
    train=(
        *(
            "What shapes do you see from left to right?",
            "Name the shapes from left to right.",
            "Which shapes are there?",
        ),
        *("What shapes are in the picture?", "Which shapes do you see?", "List the shapes.", "Name all the shapes."),
        *("What shapes can you see?", "Name the shapes.", "List all shapes from left to right.", "Shapes?"),
    ),
    test=("Can you list the shapes for me?", "Which shapes can be seen, left to right?"),
    more=_ways(
        (
            *("What shapes are", "Which shapes are", "What shapes do you see", "Which figures are"),
            *(
                "Can you name the shapes",
                "Which shapes can be seen",
                "What shapes can you find",
                "Can you list all shapes",
            ),
        ),
        ("what shapes there are", "which shapes you see", "which shapes can be seen", "all the shapes"),
    ),
    chinese=(
        "有哪些形状?",
        "从左到右有哪些形状?",
        "图中有什么形状?",
        "列出所有形状。",
        "你看到哪些图形?",
        "请从左到右说出各个形状。",
    ),
    more_chinese=_chinese(("有哪些形状?", "从左到右是哪些形状?", "有哪些图形?", "都有什么形状?")),
)
COLOUR = Phrases(
    train=(
        *(
            "What colour is the {shape}?",
            "What color is the {shape}?",
            "Which colour is the {shape}?",
            "Colour of the {shape}?",
        ),
        *(
            "What is the colour of the {shape}?",
            "What is the color of the {shape}?",
            "What's the color of the {shape}?",
        ),
        *("Tell me the colour of the {shape}.", "Name the {shape}'s colour.", "The {shape} is what color?"),
    ),
    test=("Which color does the {shape} have?", "Could you tell me the colour of the {shape}?"),
    more=_ways(
        (
            "What colour is the {shape}",
            "What color is the {shape}",
            "Which color is the {shape}",
            "What's the colour of the {shape}",
            "What color does the {shape} have",
            "Which colour has the {shape}",
        ),
        (
            *("what color the {shape} is", "the color of the {shape}", "which colour the {shape} is"),
            *("which color the {shape} has", "what colour the {shape} has"),
        ),
    ),
    chinese=(
        "{shape}是什么颜色?",
        "{shape}的颜色是什么?",
        "{shape}什么颜色?",
        "那个{shape}是什么颜色的?",
        "说出{shape}的颜色。",
        "请问{shape}是哪种颜色?",
    ),
    more_chinese=_chinese(
        ("的{shape}是什么颜色?", "{shape}的颜色是什么?", "的{shape}是什么颜色的?", "的{shape}是哪种颜色?")
    ),
)
COUNT = Phrases(
    train=(
        *("How many {things} are there?", "How many {things} do you see?", "How many {things}?", "Count the {things}."),
        *("How many {things} are in the picture?", "What is the number of {things}?", "Number of {things}?"),
        *("How many {things} can you see?", "Please count the {things}.", "Tell me how many {things} there are."),
    ),
    test=("How many {things} can you count?", "What number of {things} is shown?"),
    more=_ways(
        (
            "How many {things} are",
            "How many {things} do you see",
            "How many {things} can you find",
            "How many {things} are drawn",
            "How many {things} are shown",
            "How many {things} can be counted",
            "What is the number of {things}",
        ),
        (
            *("how many {things} there are", "how many {things} you see", "the number of {things}"),
            *("how many {things} are shown", "how many {things} you count", "what the number of {things} is"),
        ),
    ),
    chinese=(
        "有几个{things}?",
        "有多少个{things}?",
        "图中有几个{things}?",
        "{things}有几个?",
        "数一下{things}。",
        "一共能看到几个{things}?",
    ),
    more_chinese=_chinese(
        ("有几个{things}?", "有多少个{things}?", "一共有几个{things}?", "{things}有多少个?", "能看到几个{things}?")
    ),
)
THERE = Phrases(
    train=(
        *("Is there {a} {thing}?", "Do you see {a} {thing}?", "Can you see {a} {thing}?", "Any {thing}?"),
        *(
            "Is there any {thing}?",
            "Is {a} {thing} in the picture?",
            "Does it show {a} {thing}?",
            "Do you see any {thing}?",
        ),
        *("Does the picture have {a} {thing}?", "Is {a} {thing} there?"),
    ),
    test=("Can {a} {thing} be seen?", "Does the image contain {a} {thing}?"),
    more=_ways(
        (
            "Is there {a} {thing}",
            "Do you see {a} {thing}",
            "Can you find {a} {thing}",
            "Is there any {thing}",
            "Is {a} {thing}",
            "Can you see {a} {thing}",
            "Can you make out any {thing}",
            "Is {a} {thing} to be seen",
        ),
        (
            *("whether there is {a} {thing}", "if you see {a} {thing}", "if there is {a} {thing}"),
            *("whether {a} {thing} can be seen", "whether it contains {a} {thing}", "if it contains {a} {thing}"),
        ),
    ),
    chinese=(
        "有{thing}吗?",
        "图中有{thing}吗?",
        "有没有{thing}?",
        "能看到{thing}吗?",
        "你看到{thing}了吗?",
        "里面是否有{thing}?",
    ),
    more_chinese=_chinese(("有{thing}吗?", "有没有{thing}?", "能看到{thing}吗?", "是否有{thing}?")),
)

"""Questions about a picture that the pocket model does not know, in English and in Chinese."""

from itertools import product

from training.phrasing import Phrases, crossed

THINGS = (
    *(
        "people",
        "animals",
        "trees",
        "birds",
        "cars",
        "houses",
        "flowers",
        "children",
        "dogs",
        "cats",
        "clouds",
        "boats",
    ),
    *("windows", "men", "women", "chairs", "stars", "mountains", "faces", "eyes"),
)
THING = (
    *("a person", "a dog", "a cat", "a tree", "a car", "a house", "water", "snow", "a mountain", "the sea", "a bird"),
    *("a child", "a flower", "the sky", "a river", "a lake", "a forest", "a beach", "a face", "a bridge", "a boat"),
)
PLACES = ("here", "in the picture", "in this photo", "in the image", "there")
CHINESE_THINGS = (
    *(
        "人",
        "动物",
        "树",
        "鸟",
        "车",
        "房子",
        "花",
        "孩子",
        "狗",
        "猫",
        "云",
        "船",
        "山",
        "星星",
        "窗户",
        "男人",
        "女人",
        "湖",
    ),
)
LOOKS = ("picture", "photo", "image", "photograph", "scene", "wallpaper")
ABOUT = ("Describe this {0}", "What is happening in this {0}?", "Where is this {0} from?", "Who took this {0}?")
MORE_ABOUT = (
    *("What does this {0} show?", "When was this {0} taken?", "Do you like this {0}?", "Tell me about this {0}."),
    *("What is special about this {0}?", "Explain this {0}.", "Caption this {0}.", "What mood does this {0} have?"),
    *("Write a caption for this {0}.", "What can you say about this {0}?", "Is this {0} real?"),
)
QUESTIONS = Phrases(
    train=(
        *(
            "What is this?",
            "Who is that?",
            "Who is this?",
            "Where was it taken?",
            "Where is this?",
            "What animal is it?",
        ),
        *(
            "Describe this",
            "Describe it in detail.",
            "How many people are there?",
            "Is it sunny?",
            "What's the weather like?",
        ),
        *("Is it day or night?", "What season is it?", "What time of day is it?", "Do you recognise this place?"),
        *(
            "What country is this?",
            "Which city is it?",
            "Is it a man or a woman?",
            "How old is this person?",
            "Is he smiling?",
        ),
        *("What is she wearing?", "What colour is the sky?", "What color is her hair?", "What is in the background?"),
        *(
            "What is in the foreground?",
            "What kind of flower is this?",
            "What plant is it?",
            "What kind of bird is it?",
        ),
        *(
            "What breed is the dog?",
            "Is there water?",
            "Is it beautiful?",
            "What's happening here?",
            "What are they doing?",
        ),
        *("What do you think of it?", "Can you describe the scene?", "Is it a painting or a photo?", "Who painted it?"),
        *(
            "What do you see?",
            "What's in the picture?",
            "Anything interesting?",
            "Is this safe to eat?",
            "What food is this?",
        ),
        *(
            "Can I eat this mushroom?",
            "What car is that?",
            "What is that on the left?",
            "What's on the right?",
            "Is it cold?",
        ),
        *(
            "What is the mountain called?",
            "Which lake is it?",
            "What emotion does the face show?",
            "Does he look happy?",
        ),
        *("Is anyone in the room?", "What furniture is there?", "What's the main subject?", "What is it made of?"),
        *(
            "Is it raining?",
            "Is it inside or outside?",
            "Can you see the sun?",
            "What colours are there?",
            "lol what is that",
        ),
        *("Look at this!", "Nice, isn't it?", "Guess what this is", "Any idea what this is?", "What's that thing?"),
    ),
    test=(
        "What is going on in this photo?",
        "Can you tell me where this was taken?",
        "Who could that be?",
        "What is pictured?",
    ),
    more=(
        *crossed("How many {} are {}?", THINGS, PLACES),
        *crossed("Is there {} {}?", THING, PLACES),
        *(f"Can you see {thing}?" for thing in THING),
        *(f"Where is {thing}?" for thing in THING),
        *(frame.format(look) for frame, look in product((*ABOUT, *MORE_ABOUT), LOOKS)),
    ),
    chinese=(
        *(
            "这是什么?",
            "这是谁?",
            "这是在哪里?",
            "这是哪里拍的?",
            "这是什么动物?",
            "描述一下这张图。",
            "描述这张照片。",
        ),
        *("有几个人?", "图中有多少人?", "天气怎么样?", "是晴天吗?", "是白天还是晚上?", "这是什么季节?", "他在做什么?"),
        *(
            "她穿什么衣服?",
            "这是什么花?",
            "这是什么植物?",
            "这是什么鸟?",
            "天空是什么颜色?",
            "背景里有什么?",
            "这是哪个国家?",
        ),
        *(
            "这是哪座城市?",
            "这个人多大年纪?",
            "他开心吗?",
            "你认识这个地方吗?",
            "这是真的吗?",
            "这是画还是照片?",
            "谁画的?",
        ),
        *("这能吃吗?", "这是什么车?", "左边是什么?", "右边有什么?", "发生了什么?", "你看到了什么?", "这张图好看吗?"),
        *(
            "山叫什么名字?",
            "这是湖还是海?",
            "在室内还是室外?",
            "下雨了吗?",
            "有太阳吗?",
            "讲讲这张图片。",
            "猜猜这是什么。",
        ),
        *("这张照片讲的是什么?", "请介绍一下这幅画面。"),
    ),
    more_chinese=(
        *(
            f"{place}有{number}{thing}?"
            for place in ("图中", "照片里", "")
            for number in ("几个", "多少")
            for thing in CHINESE_THINGS
        ),
        *(f"{place}有{thing}吗?" for place in ("图中", "照片里", "") for thing in CHINESE_THINGS),
        *(f"{thing}在哪里?" for thing in CHINESE_THINGS),
    ),
)
FIELDS = Phrases(
    train=(
        *(
            "What is the total?",
            "What is the date?",
            "How much is it?",
            "What's the phone number?",
            "Read the address.",
        ),
        *("What is the name?", "What is the title?", "Which bar is the largest?", "What is the order number?"),
        *("What is the e-mail address?", "What does the first line say?", "What is the largest value?", "Total?"),
    ),
    test=("Could you tell me the total?", "What is the date shown here?"),
    chinese=(
        "总额是多少?",
        "日期是什么?",
        "电话号码是多少?",
        "地址是什么?",
        "标题是什么?",
        "第一行写了什么?",
        "请读出总额。",
    ),
)

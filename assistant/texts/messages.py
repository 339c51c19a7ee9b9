"""The bot's sentences in English, which are also the keys of their translations."""

from enum import StrEnum


class Sentence(StrEnum):
    """The sentences, in English; words in braces are filled in by `Texts.say`."""

    WELCOME = (
        "I look at pictures. Send me a photo or a scan with a question in its caption, or first the picture and then "
        "the question.\n\n/detail sets how closely I look, /new starts afresh, /help says more."
    )
    WELCOME_GROUP = (
        "I look at pictures. Reply to one, whoever sent it, with /ask and your question, for example:\n\n"
        "/ask {example}\n\nOr write that in the caption of a new picture. To go on, reply to my answer. "
        "/help says more."
    )
    SEES_ALL = "I see every message here, so I also answer where you mention me. I stay out of all other talk."
    SEES_SOME = "Telegram shows me only commands, replies to my messages and the like, not the rest of your talk."
    WELCOME_SAMPLE = (
        "I look at pictures. Press one of the questions about this receipt, or send me a photo or a scan of your own "
        "with a question in its caption.\n\n/settings is about how I answer, /help says more."
    )
    WELCOME_SMALL = (
        "A small test model answers here. It reads short printed English, such as receipts, notes and labels, and "
        "simple shapes and charts; it takes questions in {languages}. It cannot describe photos, or read handwriting "
        "or tables; my owner can load a bigger model."
    )
    SAMPLE_TOTAL = "What is the total?"
    SAMPLE_DATE = "What is the date?"
    SAMPLE_SHOP = "What is the name of the shop?"
    HELP = (
        "Send a picture with a question as its caption, for example “{example}” or “{another}”\n\n"
        "Further questions are about the same picture until you send another; reply to an older picture, or to an "
        "answer about it, to go back to it.\n\n"
        "/text – all its text, to copy\n/table – its table, for spreadsheets\n/describe – the picture in words\n"
        "/detail – how closely I look\n/settings – how I answer\n/new – start afresh"
    )
    HELP_FORMS = (
        "Send several pictures at once, with a caption on any of them: I look at each and put one answer together. "
        "To ask about one of them, reply to it or name it: “picture 2”.\n\n"
        "Of a PDF I read the pages that you name, “page 3” or “pages 2-5”, else the first.\n\n"
        "Of a video, a GIF or a sticker that moves I only see the preview picture.\n\n"
        "/pictures shows what you sent me lately."
    )
    HELP_PRINT = (
        "Telegram shrinks photos, and small print suffers: send the image as a file instead. Then press “Look closer” "
        "under my answer, or write #high or #max into your question.\n\n"
        "Name a part, and I look closely at that part alone: “What is in the top left corner?”, “Read the bottom "
        "half”, or #middle.\n\n"
        "A page that lies on its side I mostly turn by myself; #turn, #turn left or #turn 180 turns a picture.\n\n"
        "/detail sets how closely I look from now on; /settings can have a line under each answer say how closely that "
        "was."
    )
    HELP_GROUPS = (
        "In a group I answer /ask, in a reply to a picture, whoever sent it, or in the caption of a new one, for "
        "example:\n\n/ask {example}\n\n"
        "I also answer replies to my messages, unless they name somebody else, and where I am mentioned, if Telegram "
        "lets me see that.\n\n"
        "After /watch on I answer every picture. Each topic of a forum has a conversation and settings of its own. "
        "Only a group's admins change settings, unless they let everybody do so with /settings."
    )
    BUTTON_TRY = "Try an example"
    BUTTON_FORMS = "Albums and PDFs"
    BUTTON_PRINT = "Small print?"
    BUTTON_GROUPS = "In groups"
    BUTTON_COMMANDS = "All commands"
    STARTED_AFRESH = "Done. Send the next picture."
    HELLO = "Hello! Send me a picture, and ask me about it."
    HELLO_GROUP = "Hello! Reply to a picture with /ask and your question about it."
    DOUBT_WHAT = "Which answer do you mean? Reply to it, and I look again."
    NO_CLOSER = (
        "I already looked as closely as I can. A sharper picture would help: send it as a file, or only the part that "
        "matters."
    )
    SEND_PICTURE_FIRST = "Send me a picture first; then ask about it."
    NOT_READ = (
        "I could not read what you sent last, so I do not know which picture you mean. Send it again as a photo, or "
        "reply to the picture that you mean."
    )
    REPLY_UNREAD = (
        "That is about a file that I could not read. Send it again as a photo, or reply to the picture that you mean."
    )
    REPLY_ELSEWHERE = "There is no picture in the message that you replied to. Send me the picture itself."
    FORWARDED_WORDS = "You forwarded this, so I do not take it for your question. What do you want to know?"
    ABOUT_EARLIER = "about the picture of {time}"
    NO_PICTURE_HERE = "I have not seen a picture here yet. Reply to one with /ask and your question."
    WATCH_USAGE = "Say /watch on, and I answer every picture here; /watch off, and I answer only when I am asked."
    WATCH_ON = (
        "From now on I answer every picture here, and I see them all. If one has no question, I say what it shows, or "
        "react with 👀."
    )
    WATCH_BLIND = (
        "From now on I answer every picture here that reaches me. But Telegram shows me only commands, replies to my "
        "messages and the like. To let me see every picture, make me an admin of this group. Or my owner turns off "
        "privacy mode in @BotFather, then removes me from this group and adds me again."
    )
    WATCH_OFF = "From now on I answer only when I am asked."
    WATCH_PRIVATE = "That is for groups; here I answer every picture anyway."
    ASK_USAGE = (
        "Write your question after /ask: in a reply to a picture, whoever sent it, in the caption of a new one, or "
        "by itself about the last picture here. For example: /ask {example}"
    )
    WHAT_TO_KNOW = "I have the picture. What do you want to know about it?"
    PICTURES_HERE = "The last pictures here. Press a number to ask about one, or reply to it:"
    IS_PHOTO = "photo, {width}x{height}"
    IS_FILE = "image file, {width}x{height}"
    IS_PREVIEW = "preview picture, {width}x{height}"
    ALBUM_WHAT_TO_KNOW = (
        "I have the {pictures}. What do you want to know about them? I look at all of them, unless you name one: "
        "“picture 2”."
    )
    DOCUMENT_WHAT_TO_KNOW = (
        "I have the document; it has {pages}. What do you want to know? I read the first page, unless you name "
        "others: “page 3”, “pages 2-5” or “all pages”."
    )
    PAGE_WHAT_TO_KNOW = "I have page {page} of {pages}. What do you want to know about it?"
    PAGES_WHAT_TO_KNOW = "I have these {pages}. What do you want to know about them?"
    FORGET_THESE = "Delete {pictures} and {answers} for good?"
    FORGET_ALL_TOPICS = "Delete {pictures} and {answers} for good, in all topics of this group?"
    FORGET_NOT_YET = "I was offline when you sent /forget, so nothing has been deleted yet."
    BUTTON_DELETE = "Delete"
    BUTTON_KEEP = "Keep"
    FORGET_KEPT = "Nothing was deleted."
    FORGET_NOTHING = "There is nothing to delete here."
    FORGOTTEN = "Deleted for good, also from the disk: {pictures} and {answers}."
    FORGETTING = (
        "Pictures and answers are deleted. But another program is reading my database, so some words of this chat are "
        "still on the disk. I keep trying to erase them, and tell you here when they are gone."
    )
    GROUP_ADMINS_ONLY = "In a group only its admins can do that: ask one of them."

    STRANGER = "This bot is private. Its owner can let you in; your Telegram id is {id}."
    UNPAIRED = (
        "This bot is private and has no owner yet. If it is yours, send me the pairing code that it shows on its "
        "terminal. Your Telegram id is {id}."
    )
    WRONG_CODE = "That is not the pairing code. You have {attempts} left."
    CODES_LOCKED = (
        "Too many wrong pairing codes were sent, so I take none from you any more. If this bot is yours, restart "
        "Eyeglass: its terminal then shows a new code."
    )
    PAIRED = (
        "You own this bot now. When others want to use it, I ask you; /people shows who may. "
        "Send me a photo or a scan with a question, or press /start for an example."
    )
    ASKS_IN = "{name}, id {id}, would like to use this bot. Shall I let them in?"
    GROUP_ASKS_IN = "{by}, id {by_id}, added me to the group {name}. May everyone there use me?"
    COME_IN = "You may use this bot now. Send me a photo or a scan with a question, or press /start for an example."
    GROUP_COME_IN = "Everybody here may use me now."
    NOT_IN_CHANNELS = (
        "You added me to the channel {name}. I do not answer in channels: send me pictures in our private chat, or add "
        "me to a group."
    )
    BUTTON_ADMIT = "Let in"
    BUTTON_REFUSE = "Turn away"
    BUTTON_REMOVE = "Remove"
    BUTTON_PROMOTE = "Make admin:"
    BUTTON_DEMOTE = "No longer admin:"
    ADMITTED = "{name} may use this bot now."
    REFUSED = "{name} was turned away."
    REMOVED = "{name} may no longer use this bot."
    PROMOTED = "{name} is an admin now, and may let others in."
    DEMOTED = "{name} is no longer an admin."
    SETTLED = "That was settled already."
    PEOPLE = "Who may use this bot, and who asks to:"
    PERSON = "{name} ({id}): {standing}"
    IS_OWNER = "owner"
    IS_ADMIN = "admin"
    IS_GUEST = "may use it"
    IS_GROUP = "everybody in the group"
    IS_ASKING = "asks to be let in"
    PEOPLE_MORE = "... and {count} more; /remove with an id removes any of them."
    PEOPLE_LISTED = "Also allowed by my configuration: {people} and {groups}."
    ALLOW_USAGE = (
        "Say /allow or /remove with the Telegram id of a person or a group, for example /allow 12345. "
        "In a group, /allow alone is about the group."
    )
    ADMINS_ONLY = "Only the owner of this bot and its admins can do that: ask one of them."
    PRIVATE_ONLY = "I show that only in a private chat: write to me there."

    DETAIL_CHOICE = "How closely should I look? More tokens show smaller print and take longer. Now: {current}."
    DETAIL_CHOSEN = "From now on I look at pictures at {level}, with {tokens} at most."
    TOKENS_CHOSEN = "From now on I spend {tokens} at most on a picture."
    DETAIL_UNKNOWN = "I do not know that level. Say /detail with one of these, or with a number from {least} to {most}:"
    DETAIL_BUTTON = "{level} · {tokens}"
    DETAIL_LINE = "{level} – {tokens}: {purpose}"
    DETAIL_SECONDS = "first word after {seconds} s"
    SEEN_AT = "This is what I see at {level}: {rows} x {columns} = {tokens}."
    BUTTON_SEEN = "What you see"
    DETAIL_BEYOND = "{tokens} at most here: there is not enough memory for more"
    PURPOSE_LOW = "icons, quick looks"
    PURPOSE_STANDARD = "everyday photos"
    PURPOSE_FINE = "posters, labels, slides"
    PURPOSE_HIGH = "document scans, dense charts"
    PURPOSE_MAX = "everything the model can see"

    BUTTON_BACK = "‹ Back"
    BUTTON_RESET = "Reset to defaults"
    BUTTON_DONE = "Done"
    BUTTON_STALE = "This button no longer works. Please send the command again."

    IN_LINE = "Number {place} in line."
    IN_LINE_FOR = "Number {place} in line, about {wait}."
    EARLIER_FIRST = "Your earlier question first, then this one."
    STARTING_UP = "I am still starting up; your question is kept."
    STARTING_UP_PERCENT = "I am still starting up, {percent} % is done; your question is kept."
    LOOKING = "Looking at the picture …"
    LOOKING_AT = "Looking at picture {number} of {count} …"
    LOOKING_AT_PART = "Looking at part {number} of {count} …"
    BUTTON_CANCEL = "Cancel"
    CANCELLED = "Cancelled."
    STOPPED = "Cancelled: the answer ends here."
    CANCEL_NOT_YOURS = "Only the person who asked, or an admin, can cancel this."
    DROPPED = "Dropped {questions}."
    NOTHING_WAITS = "No question of yours is waiting here."
    BUTTON_CLOSER = "Look closer"
    BUTTON_RETRY = "Retry"
    BUTTON_TURN = "Turn"
    AGAIN_UNDER_WAY = "I am at it already."
    AGAIN_DONE = "I did that already: there is a newer answer."
    AGAIN_NOT_YOURS = "Only the person who asked, or an admin, can do that."
    AGAIN_FORGOTTEN = "I no longer know what this was about. Please ask me again."
    PROMPT_TEXT = "Read out all text in this picture, line by line, exactly as it is written, and say nothing else."
    PROMPT_TABLE = (
        "Write the table in this picture as a Markdown table, with all of its rows and columns, and nothing else."
    )
    PROMPT_DESCRIBE = (
        "Describe this picture for somebody who cannot see it: first in one sentence what it shows, then what matters "
        "in it and where that is, and the text that can be read."
    )
    PROMPT_ONE_LINE = (
        "Say in one short sentence what this picture shows; of a document, say what kind it is and what it is about."
    )
    TABLE_FILE = "The table as a file that spreadsheets open."
    NO_TABLE = "I found no table in it, so there is no file; /table max looks more closely"
    QUEUE_EMPTY = "Nothing is waiting."
    QUEUE_UNDER_WAY = "Being answered: {questions}."
    QUEUE_WAITING = "Waiting: {questions}."
    QUEUE_YOURS = "Yours: {question} – {state}"
    QUEUE_BEGUN = "being answered"
    QUEUE_BEHIND = "after your earlier one"
    STATUS_LOADING = "The model is being loaded: {percent} %."
    STATUS_MEMORY = "{used} of {total} GiB of its memory are in use."
    STATUS_PROCESS = "I take {used} GiB of memory."
    STATUS_MODEL = "{model} on {device}, {dtype}."
    STATUS_SMALL = (
        "Small test model ({model}) on the {device}. Reads short printed English, simple shapes and charts only."
    )
    STATUS_CAP = "A picture gets at most {tokens} here."
    STATUS_UPTIME = "Running for {uptime}."

    FOOTER_SECONDS = "{seconds} s"
    FOOTER = "read at {width}x{height}, {tokens}, {seconds} s"
    FOOTER_SEVERAL = "{several} read, {tokens} in all, {seconds} s"
    PICTURE_NAME = "Picture {number}:"
    PAGE_NAME = "Page {number}:"
    NOT_IN_PARTS = "I looked at every part of this picture and did not find it."
    PART_NAME = "Part {number}:"
    READ_IN_PARTS = "read in {parts}"
    PART_OF = "part {part} of {parts}"
    PARTS_LEFT = "for time, only the first {read} of {parts}; name another, as in “part {next}”"
    PAGE_OF = "page {page} of {pages}"
    PAGE_UNASKED = "page {page} of {pages}; to read others, name them: “page 3”, “pages 2-5”"
    PAGES_CUT = "only the first {pages} of these were read; to read others, name them: “pages 11-15”"
    TURNED_UPRIGHT = "I turned the picture upright; #turn turns it further"
    PREVIEW_ONLY = "I only see its preview picture, not the rest"
    GLYPHS_MISSING = "letters are missing here: their font is neither in this PDF nor on my machine"
    STEPPED_DOWN = "there is not enough memory to look closer"
    CLOSEST = "this model looks no closer"
    SOME_UNREAD = "I could not read {pictures}"
    NTH_PICTURE = "picture {number}"
    ALBUM_HIDDEN = "Telegram showed me only one picture of this album; as an admin of the group I would see them all"
    FIRST_ONLY = "I only look at the first of these pictures"
    PART_ONLY = "{part} only"
    MARKED_ONLY = "I looked only at the part that you marked"
    PART_TOP_LEFT = "the top left quarter"
    PART_TOP_RIGHT = "the top right quarter"
    PART_BOTTOM_LEFT = "the bottom left quarter"
    PART_BOTTOM_RIGHT = "the bottom right quarter"
    PART_TOP = "the upper half"
    PART_BOTTOM = "the lower half"
    PART_LEFT = "the left half"
    PART_RIGHT = "the right half"
    PART_MIDDLE = "the middle"
    MEMORY_SHORT = "memory was short just now, so I read it at {level}; ask again for a closer look"
    SEND_AS_FILE = "Telegram shrank this photo; sent as a file it keeps its small print"
    FILE_CUT = "the end of the file is missing, and with it a small part of the picture"
    UNSURE_MARKED = "I am not sure of what is underlined"
    UNSURE_OF = "I am not sure of {words}"
    BROKEN_OFF = "I stopped where I could no longer read it"
    CANNOT_READ = "I cannot read this well enough."
    CUT_SHORT = "cut off at the length limit; say “go on” for the rest"
    WHOLE_ANSWER = "This answer is long: here is all of it, as a file."
    NO_WORDS = "I have no answer to this one. Try other words, or add #high."

    NOT_A_PICTURE = (
        "This file is not a picture that I can read. I know JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and JPEG 2000, and "
        "PDFs: send it as one of these, or a screenshot of it."
    )
    HEIC = (
        "This is a HEIC picture, as iPhones take them, and I cannot read it here. Send it as a photo, not as a file, "
        "or save it as a JPEG first."
    )
    RAW = (
        "This is a camera's raw photo (DNG or the like), which I cannot develop, and there is no finished picture in "
        "it. Save it as a JPEG, or send it as a photo."
    )
    FOREIGN = (
        "This is a {format} file, and I cannot read that format. Save it as a PNG or JPEG, or send a screenshot of it."
    )
    UNUSUAL = "I cannot open this kind of {format}. Save it as a PNG or JPEG, and send that."
    TRUNCATED = "This picture is damaged: a part of the file is missing. Please send it again."
    TOO_MANY_BYTES = (
        "The file of this picture is too big: I can open 128 MB at most. Please send it as a photo, or save it as a "
        "JPEG."
    )
    TOO_MANY_PIXELS = (
        "This picture is too large: it has {megapixels} megapixels, and of its kind I can read {most} at most. "
        "Please send it smaller, or a part of it."
    )
    TOO_MUCH = (
        "This file would take far too much time or memory to open. Save it as an ordinary PNG or JPEG, and send that."
    )
    CRASHED = "My program for pictures crashes over this file. Save it as an ordinary PNG or JPEG, and send that."
    TOO_SMALL = (
        "This picture is too small to see anything in it: {width}x{height} pixels. Please send it in its original size."
    )
    TOO_NARROW = (
        "This picture is too thin: one side may be at most {most} times as long as the other. Please send a part of it."
    )
    ANIMATED = "This picture moves. I can only look at still ones: send a screenshot of it."
    STICKER = "This sticker has no preview picture that I could look at: send me a screenshot of it."
    MOVING = "I cannot watch this, and it has no preview picture: send me a screenshot of it."
    SOUND = "I cannot listen: please write your question, and send the picture as a photo or a file."
    PAID = "I cannot see what has to be paid for: send it as an ordinary photo."
    DOCUMENT = "I can only open pictures and PDFs. Save this as a PDF, or take a screenshot of it, and send me that."
    PDF_LOCKED = "This PDF is locked with a password. Send it without one, or a page of it as a picture."
    PDF_BROKEN = "This PDF is damaged: I cannot open it. Please send it again, or a page of it as a picture."
    PDF_EMPTY = "This PDF has no pages. Please check that it is the right one, and send it again."
    PDF_TOO_MUCH = "This PDF is more than I can handle. Send me a page of it as a picture."
    FILE_TOO_BIG = (
        "This file is too big: I can fetch {most} MB at most. Please send a smaller one, or the picture as a photo."
    )
    PDF_FORM = "This form shows itself only in Adobe Reader. Open it there, print it to a PDF, and send me that one."
    PDF_PORTFOLIO = (
        "This PDF is a portfolio: it only carries other files inside. Take them out, and send me the one that you mean."
    )
    HEIC_BROKEN = (
        "This HEIC picture is of a kind that I cannot open. Send it as a photo, not as a file, or save it as JPEG."
    )
    HEIC_TOO_MUCH = (
        "This HEIC picture is more than I can handle. Send it as a photo, not as a file, or save it as a smaller JPEG."
    )
    ARCHIVE = "This is an archive, such as a ZIP. Please unpack it, and send me the pictures or PDFs that are in it."
    RECORDING = "I can neither watch nor listen to this file. Send me a screenshot of what I should look at."
    NO_SUCH_PAGE = "There is no such page: this document has {pages}."
    PICTURE_UNREAD = (
        "I could not read {pictures} of this album. Please send it again as a photo, or ask about another one."
    )
    NO_SUCH_PART = "There is no such part: I read this picture in {parts}."
    NO_SUCH_PICTURE = "There is no such picture: I have {pictures} of this album."
    OTHER = "I can only look at pictures: send me a photo, or an image as a file."
    LINKS_NOT_OPENED = "I do not open links: send me the picture itself, or a screenshot."
    UNKNOWN_COMMAND = "I do not know this command. /help says what I can do."

    DOWNLOAD_FAILED = "I could not fetch the picture from Telegram. Please send it again."
    FILE_KEPT_BACK = "Telegram does not hand out the file right now; I keep trying."
    PICTURE_GONE = "I no longer have that picture. Please send it again."
    QUEUE_FULL = "Too many questions are waiting already. Please ask again in a few minutes."
    PERSON_WAITING = "At most {questions} of yours may wait at a time. Please ask again when one is answered."
    CHAT_WAITING = "At most {questions} of this chat may wait at a time. Please ask again when one is answered."
    PERSON_SECONDS = "You have used up your share of this hour. Please ask again in {minutes}."
    CHAT_SECONDS = "This chat has used up its share of this hour. Please ask again in {minutes}."
    MAYBE_LOST = "The connection broke while I was sending my answer. If it is not here, please ask again."
    INTERRUPTED = "I am being restarted, and answer this when I am back."
    STALE = "Sorry, I was offline for a long time and missed this. If you still want to know, ask me again."
    CANNOT_TABLE = (
        "The model that answers here cannot write tables. Try /text, or ask for one value, for example “What is the "
        "total?” My owner can load a bigger model."
    )
    CANNOT_DESCRIBE = (
        "The model that answers here cannot describe pictures, it only reads what is printed: try /text. My owner can "
        "load a bigger model."
    )
    CANNOT_LANGUAGE = (
        "The model that answers here takes questions in these languages only: {languages}. Please ask again in one of "
        "them; my owner can load a bigger model."
    )
    TOO_LONG = "That is too long for me. Please shorten it to about {characters} characters, and ask again."
    OUT_OF_MEMORY = "The picture did not fit into the memory at this level. Try a lower one: /detail standard."
    FAILED = (
        "I could not answer this one. Please ask again, perhaps in other words. If I fail again, tell my owner this "
        "number: {number}."
    )
    BROKEN = (
        "Something went wrong on my side, sorry. Please try it again. If it happens once more, tell my owner this "
        "number: {number}."
    )
    PUT_ASIDE = (
        "I broke down {times} while I was working on this, so I put it aside and go on with the rest. My owner "
        "has been told, and can have me try it again."
    )
    SET_ASIDE = (
        "I could not handle {messages} from Telegram; everything else goes on. Last: update {number}; see the log. "
        "/aside lists what I put aside."
    )
    ASIDE = "What I put aside because I could not handle it, oldest first:"
    ASIDE_LINE = "update {number}, {age} ago"
    NOTHING_ASIDE = "Nothing is put aside."
    TRIED_AGAIN = "I try {messages} again now."
    BUTTON_TRY_AGAIN = "Try it again"
    BUTTON_TRY_ONE = "Try {number} again"
    BUTTON_TRY_ALL = "Try all of them again"
    DISK_FULL = (
        "The disk that I keep things on is full. This is kept: I go on with it by myself as soon as there is room."
    )
    STORAGE_BUSY = "I cannot use my storage right now. This is kept: I go on with it by myself as soon as I can."

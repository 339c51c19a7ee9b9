"""The words of the page in a browser, in English, which are also the keys of their translations."""

from enum import StrEnum


class PageLabel(StrEnum):
    """The words of the page. It gets them all by their names in lower case, and fills in the words in braces itself.

    They are worded so that no number needs a plural.
    """

    SHOW_ME = "Show me a picture"
    OTHER_WAYS = "Drop it here, paste it, or choose a file."
    WHAT_KINDS = "Photos, scans, screenshots and PDFs, one or several. Then ask, for example: “{example}”"
    EXAMPLE = "What is the total?"
    STAYS_HERE = "Pictures, questions and answers stay on the machine that this page comes from."
    CHOOSE = "Choose files"
    CAMERA = "Take a photo"
    LET_GO = "Let go to add it"
    SENDING = "Sending {name} …"
    PASTED = "Pasted picture"

    CONVERSATIONS = "Conversations"
    NEW = "New conversation"
    NOTHING_YET = "What you ask is listed here."
    DELETE_NAMED = "Delete “{title}”"
    DELETE_THIS = "Delete this conversation, with its pictures, questions and answers, for good?"
    DELETE = "Delete"
    KEEP = "Keep"
    LANGUAGE = "Language"

    PICTURE = "Picture"
    PICTURES = "Pictures and pages"
    ASK_ABOUT = "Ask about {name}"
    PAGE_NAMED = "{name}, page {page}"
    HIDE_PICTURE = "Hide the picture"
    SHOW_PICTURE = "Show the picture"
    VIEW = "View"
    AS_SENT = "As sent"
    AS_SEEN = "As the model sees it"
    SEEN_NAMED = "{name}, as the model sees it at {width}x{height}"
    GRID = "Grid"
    MARK = "Mark a part"
    UNMARK = "Unmark"
    MARKED = (
        "Marked part: from {left} to {right} % across and from {top} to {bottom} % down. Arrow keys move it, Shift and "
        "arrow keys resize it, Escape removes it."
    )
    DETAIL = "Detail"
    AUTO = "auto"
    TOKENS = "{tokens} tokens"
    LEVEL_TOKENS = "{level}: {tokens} tokens"
    ABOUT_SECONDS = "about {seconds} s"
    MEMORY = "{mib} MiB"

    CONVERSATION = "Questions and answers"
    QUESTION = "Your question"
    ABOUT_PICTURES = "Pictures: {count}"
    ABOUT_PART = "Only the marked part"
    SEND = "Send"
    STOP = "Stop"
    ATTACH = "Add pictures"
    ALL_TEXT = "All text"
    TABLE = "Table"
    CLOSER = "Look closer"
    RETRY = "Retry"
    COPY = "Copy"
    COPIED = "Copied."
    CLOSE = "Close"

    PICTURE_FIRST = "Send me a picture first; then ask about it."
    TOO_BIG = "{name} is too big: I can take {most} MB at most."
    LOST = "The connection is lost; trying again."
    WENT_WRONG = "Something went wrong on my side, sorry. Please try it again."

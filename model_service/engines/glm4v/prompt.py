"""A conversation as the ids that GLM-4V was trained on."""

from collections.abc import Sequence

from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.model import Prompt
from model_service.types import Message


def build_prompt(tokenizer: Tokenizer, messages: Sequence[Message], with_picture: bool) -> Prompt:
    """`[gMASK]<sop>`, then every turn, then `<|assistant|>`.

    A turn is `<|role|>`, a line feed and its text, with no end token; the picture stands before the text inside the
    first user's turn. The reply begins with a line feed.
    """
    ids = [tokenizer.special("[gMASK]"), tokenizer.special("<sop>")]
    image_begin = None
    for message in messages:
        ids.append(tokenizer.special(f"<|{message.role}|>"))
        ids += tokenizer.encode("\n")
        if with_picture and image_begin is None and message.role == "user":
            image_begin = len(ids)
            ids += (tokenizer.special(token) for token in ("<|begin_of_image|>", "<|endoftext|>", "<|end_of_image|>"))
        ids += tokenizer.encode(message.text)
    ids.append(tokenizer.special("<|assistant|>"))
    return Prompt(tuple(ids), image_begin)

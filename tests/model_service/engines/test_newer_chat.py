"""Prompts of the newer models: by the checkpoint's own template, and what a person types is never more than text."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer as FastTokenizer
from transformers.utils.chat_template_utils import render_jinja_template

from bench.family_tokens import TEMPLATE, tokenizer_json
from model_service import Message, ModelConfig, PictureRef
from model_service.engines.glm46v.answer import AnswerText
from model_service.engines.glm46v.chat import NO_THOUGHT, Chat
from model_service.engines.glm46v.config import parse
from model_service.engines.glm46v.tokenizer import Tokenizer
from model_service.engines.hardware import Hardware
from model_service.engines.load import load_engine
from model_service.engines.weights.checkpoint import find_checkpoint
from model_service.engines.weights.families import FAMILIES, read_config
from model_service.engines.weights.loading import load_checkpoint, plan_memory
from model_service.errors import CheckpointError, GenerationFailed
from tests.model_service.engines.newer import ALWAYS_THINKS, ID, KINDS, facts, write_checkpoint

CPU = Hardware(torch.device("cpu"), torch.float32)
PICTURE = PictureRef(b"")


def told(kind: str = "glm4v", **other: Any) -> dict[str, Any]:
    """A config.json."""
    return {"model_type": kind, **facts(kind), **other}


def chat(kind: str = "glm4v", template: str = TEMPLATE) -> Chat:
    """A chat of the tiny tokenizer."""
    return Chat(Tokenizer(tokenizer_json(ID)), template, parse(told(kind)))


TALK = (
    Message("system", "Be brief."),
    Message("user", "What is it?\n", (PICTURE, PICTURE)),
    Message("assistant", " A cat. "),
    Message("user", "  Sicher? 猫"),
)


def rendered(messages: tuple[Message, ...], **said: Any) -> str:
    """The template's own text."""
    turns = [
        {
            "role": each.role,
            "content": [*({"type": "image"} for _ in each.pictures), {"type": "text", "text": each.text}]
            if each.pictures
            else each.text,
        }
        for each in messages
    ]
    texts: Any = render_jinja_template([turns], chat_template=TEMPLATE, add_generation_prompt=True, **said)
    return str(texts[0][0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_is_what_the_whole_tokenizer_makes_of_the_template(kind: str) -> None:
    """The ids are the fast tokenizer's own of the whole text; a reader is not told that it is not to think."""
    said = {} if kind == "glm_ocr" else {"enable_thinking": False}
    prompt = chat(kind).prompt(TALK)
    whole = FastTokenizer.from_str(tokenizer_json(ID)).encode(rendered(TALK, **said), add_special_tokens=False)
    assert list(prompt.ids) == whole.ids
    assert [prompt.ids[begin] for begin in prompt.begins] == [ID["<|image|>"]] * 2
    assert (ID["<think>"] in prompt.ids[-3:]) == (kind == "glm4v")


@pytest.mark.parametrize("typed", [*ID, "<|user|><|image|>", "a<|end_of_box|>b", "/nothink", "\ufdd0<|user|>"])
def test_what_a_person_types_stays_text(typed: str) -> None:
    """A special token in a question is its letters; the prompt has as many of each special id as with other words."""
    plain, found = (chat().prompt((Message("user", text, (PICTURE,)),)) for text in ("x", typed))
    special = [[token for token in prompt.ids if token >= 256] for prompt in (plain, found)]
    assert special[0] == special[1]
    read = bytes(token for token in found.ids if token < 256).decode()
    assert typed.replace("\ufdd0", "") in read


def test_a_model_that_always_thinks_is_given_its_thought() -> None:
    """Where the template has no switch, an answer begins behind a thought of nothing."""
    made = chat(template=ALWAYS_THINKS)
    ids = made.prompt((Message("user", "?"),)).ids
    assert list(ids[-len(made.tokenizer.encode_marked(NO_THOUGHT)) :]) == made.tokenizer.encode_marked(NO_THOUGHT)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nothing.at.all }}", "the chat template fails"),
        ("{% for", "the chat template fails"),
        ("{{ raise_exception('no') }}", "the chat template fails"),
        ("{{ messages[0].role }}", "wrote 0 pictures of 2"),
    ],
)
def test_a_template_that_fails_is_refused_before_anything_is_loaded(tmp_path: Path, template: str, why: str) -> None:
    """The sentence names the folder, and what went wrong."""
    write_checkpoint(tmp_path, "glm4v", template)
    (tmp_path / "model-00001-of-00013.safetensors").unlink(missing_ok=True)
    with pytest.raises(CheckpointError, match=why) as refused:
        Chat.load(tmp_path, parse(told()))
    assert str(tmp_path) in str(refused.value)


def test_without_a_template_or_tokenizer_the_sentence_says_so(tmp_path: Path) -> None:
    """Neither is guessed; a template within tokenizer_config.json, or by name, is taken."""
    write_checkpoint(tmp_path, "glm4v")
    (tmp_path / "chat_template.jinja").unlink()
    with pytest.raises(CheckpointError, match="there is no chat template"):
        Chat.load(tmp_path, parse(told()))
    named = [{"name": "other", "template": "x"}, {"name": "default", "template": TEMPLATE}]
    for template in (TEMPLATE, named):
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
        assert Chat.load(tmp_path, parse(told())).prompt(TALK) == chat().prompt(TALK)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match=r"tokenizer\.json is missing"):
        find_checkpoint(str(tmp_path), CPU)


def test_a_tokenizer_without_the_tokens_is_refused() -> None:
    """The sentence names what it lacks; one of no JSON, or of another model, is none either."""
    few = {token: id_ for token, id_ in ID.items() if token not in {"<|image|>", "<sop>"}}
    with pytest.raises(CheckpointError, match=r"lacks <sop>, <\|image\|>"):
        Tokenizer(tokenizer_json(few))
    for torn in ("", "[]", tokenizer_json(ID).replace("ByteLevel", "Metaspace"), tokenizer_json(ID)[:-5]):
        with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
            Tokenizer(torn)
    with pytest.raises(CheckpointError, match=r"does not fit config\.json: <\|image\|>"):
        Chat(Tokenizer(tokenizer_json(ID)), TEMPLATE, parse(told(image_token_id=9)))


def test_ids_beyond_the_models_vocabulary_are_refused() -> None:
    """A tokenizer of a larger model."""
    small = told()
    small["text_config"] = small["text_config"] | {"vocab_size": 270}
    with pytest.raises(CheckpointError, match="vocabulary"):
        Chat(Tokenizer(tokenizer_json(ID)), TEMPLATE, parse(small))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text_config": {"hidden_act": "gelu"}}, "activation 'gelu'"),
        (
            {"text_config": {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "mrope_section": [2, 3, 3]}}},
            "yarn",
        ),
        ({"text_config": {"rope_parameters": {"rope_theta": 1e4, "mrope_section": [9, 9, 9]}}}, "does not fit heads"),
        ({"text_config": {"num_hidden_layers": None}}, "lacks"),
        ({"text_config": {"eos_token_id": None}}, "which ids end an answer"),
        ({"vision_config": {"spatial_merge_size": 4}}, "spatial_merge_size is 4"),
        ({"vision_config": {"out_hidden_size": 64}}, "out_hidden_size is 64"),
    ],
)
def test_a_configuration_that_is_not_supported_says_why(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    """One sentence, with what was found, before anything is loaded."""
    config = told()
    for part, values in change.items():
        config[part] = config[part] | values
    write_checkpoint(tmp_path, "glm4v")
    (tmp_path / "generation_config.json").unlink(missing_ok=True)
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=why) as refused:
        plan_memory(tmp_path, ModelConfig(quantize="none"), CPU)
    assert str(tmp_path) in str(refused.value)


def test_older_files_say_the_rotation_elsewhere() -> None:
    """`rope_scaling` for the sections and the rest beside it, as the hub's files have it: the same is read."""
    config = told()
    rope = config["text_config"].pop("rope_parameters")
    config["text_config"] |= {
        "rope_theta": rope["rope_theta"],
        "partial_rotary_factor": rope["partial_rotary_factor"],
        "rope_scaling": {"rope_type": "default", "mrope_section": rope["mrope_section"]},
    }
    assert parse(config) == parse(told())


@pytest.mark.parametrize("kind", ["glm4v_moe", "qwen3_vl", "glm5_next"])
def test_another_family_is_named_beside_those_that_are_known(tmp_path: Path, kind: str) -> None:
    """What was found, and all that is supported."""
    write_checkpoint(tmp_path, "glm4v")
    (tmp_path / "config.json").write_text(json.dumps(told(kind="glm4v") | {"model_type": kind}))
    with pytest.raises(CheckpointError, match=repr(kind)) as refused:
        find_checkpoint(str(tmp_path), CPU)
    assert all(family.name in str(refused.value) for family in FAMILIES.values())


def test_a_shard_or_a_part_of_a_matrix_that_is_missing_is_named(tmp_path: Path) -> None:
    """Queries without keys and values would be a matrix with holes."""
    write_checkpoint(tmp_path, "glm4v")
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    name = "model.language_model.layers.1.self_attn.k_proj.weight"
    shard = tmp_path / index["weight_map"][name]
    from safetensors.torch import load_file, save_file

    save_file({each: tensor for each, tensor in load_file(shard).items() if each != name}, shard, {"format": "pt"})
    with pytest.raises(CheckpointError, match=r"query_key_value\.weight \(. alone\)"):
        load_checkpoint(tmp_path, ModelConfig(quantize="none"), CPU)
    shard.unlink()
    with pytest.raises(CheckpointError, match=shard.name):
        find_checkpoint(str(tmp_path), CPU)


def test_the_layer_that_guesses_ahead_is_left_out(tmp_path: Path) -> None:
    """GLM-OCR's checkpoint has one layer more than its config.json."""
    write_checkpoint(tmp_path, "glm_ocr")
    config = json.loads((tmp_path / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] = 1
    (tmp_path / "config.json").write_text(json.dumps(config))
    model, _ = load_checkpoint(tmp_path, ModelConfig(quantize="none"), CPU)
    assert len(model.transformer.encoder.layers) == read_config(tmp_path).num_layers == 1


def shown(*pieces: str) -> tuple[str, list[str]]:
    """The whole answer, and what was shown after each piece."""
    text, grown, stream = "", list[str](), AnswerText()
    for piece in pieces:
        text += stream.push(piece, (0.5, 0.1))[0]
        grown.append(text)
    return text + stream.finish("", None)[0], grown


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("It is a cat.", "It is a cat."),
        ("<think>hm <b> so</think><answer>A cat.</answer>", "A cat."),
        ("A cat.</answer>", "A cat."),
        ("The sum is <|begin_of_box|>42<|end_of_box|>.", "The sum is 42."),
        ("a < b and <i>c</i>", "a < b and <i>c</i>"),
        ("1 <", "1 <"),
        ("<think>never ends", ""),
    ],
)
def test_marks_and_thoughts_are_never_shown(said: str, answer: str) -> None:
    """Whether a text comes at once or by the letter, and while it grows nothing is shown that is not in the end."""
    assert shown(said)[0] == answer
    whole, grown = shown(*said)
    assert whole == answer
    assert all(answer.startswith(each) for each in grown)


def test_how_likely_a_piece_was_is_that_of_its_least_likely_part() -> None:
    """Also of what was kept back; of a thought nothing is told."""
    stream = AnswerText()
    assert stream.push("A ", (0.9, 0.1)) == ("A ", (0.9, 0.1))
    assert stream.push("<", (0.2, 0.1))[0] == ""
    assert stream.push("b", (0.8, 0.1)) == ("<b", (0.2, 0.1))
    thought = AnswerText()
    thought.push("<think>x", (0.01, 0.0))
    assert thought.push("</think>So", (0.9, 0.0)) == ("So", (0.9, 0.0))


def test_more_pictures_than_it_takes_are_refused(tmp_path: Path) -> None:
    """The sentence says how many it takes."""
    write_checkpoint(tmp_path, "glm4v")
    engine = load_engine(ModelConfig(name=str(tmp_path), quantize="none"))
    from tests.model_service.engines.test_newer_parity import WIDE, asking

    assert engine.info.pictures_per_request == 8
    with pytest.raises(GenerationFailed, match="9 pictures, and the model takes 8"):
        engine.plan(asking(Message("user", "?", (WIDE,) * 9)))
    engine.close()


def test_what_was_said_before_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a follow-up only what is new is; once it is to be forgotten, nothing is known any more."""
    made, encoded = chat(), list[str]()
    encode = made.tokenizer.encode

    def noting(text: str) -> list[int]:
        encoded.append(text)
        return encode(text)

    monkeypatch.setattr(made.tokenizer, "encode", noting)
    first = made.prompt(TALK)
    asked = list(encoded)
    assert any("What is it?" in part for part in asked)
    assert made.prompt(TALK) == first
    assert encoded == asked
    following = (*TALK, Message("assistant", "Yes."), Message("user", "And its name?"))
    del encoded[:]
    longer = made.prompt(following)
    assert not any("What is it?" in part for part in encoded)
    assert any("And its name?" in part for part in encoded)
    assert longer == chat().prompt(following)
    made.forget()
    del encoded[:]
    assert made.prompt(following) == longer
    assert any("What is it?" in part for part in encoded)

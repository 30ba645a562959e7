"""Pieces of conversation of more than one turn: a question that is answered, a timer seen and cancelled."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from training.language.corpus import every, read
from training.language.notation import Shape, parse_file
from training.language.turns import Split, Turn, as_turn, say_shape

ASK = "For how long?"
ASK_ABOUT = "How long for "


def sample_exchange(rng: random.Random, split: Split = "train") -> list[Turn]:
    """One to four turns that belong together, each said after the assistant's reply to the one before."""
    return rng.choice((_ask_how_long, _ask_how_long, _timer_life, _sums))(rng, split)


@cache
def _answers() -> tuple[Shape, ...]:
    return tuple(parse_file(read("answers")))


def _of_reply(rng: random.Random, split: Split, wanted: Callable[[str], bool]) -> Turn:
    """A request whose reply, before its slots are filled, is one that is wanted."""
    found = [shape for shape in every("request", split == "held") if wanted(shape.replies[0])]
    spoken, reply = say_shape(rng, rng.choices(found, [shape.weight for shape in found])[0])
    return as_turn(spoken, reply, "request")


def _ask_how_long(rng: random.Random, split: Split) -> list[Turn]:
    first = _of_reply(rng, split, lambda reply: reply.startswith((ASK, ASK_ABOUT)))
    spoken, _ = say_shape(rng, rng.choices(_answers(), [shape.weight for shape in _answers()])[0])
    reply = "<call> timer.set " + spoken.values.get("dur.b", spoken.values["dur"])
    if first.reply.startswith(ASK_ABOUT):
        label = first.reply.removeprefix(ASK_ABOUT).removesuffix("?").removesuffix(" timer").removeprefix("the ")
        reply += " for " + label
    return [first, as_turn(spoken, reply, "request"), *_later(rng, split, 0.3)]


def _timer_life(rng: random.Random, split: Split) -> list[Turn]:
    first = _of_reply(rng, split, lambda reply: reply.startswith("<call> timer.set {"))
    return [first, *_later(rng, split, 0.9)]


def _later(rng: random.Random, split: Split, chance: float) -> list[Turn]:
    later = []
    if rng.random() < chance:
        later.append(_of_reply(rng, split, lambda reply: reply == "<call> timer.left"))
    if rng.random() < chance * 0.6:
        later.append(_of_reply(rng, split, lambda reply: reply == "<call> timer.cancel"))
    return later


def _sums(rng: random.Random, split: Split) -> list[Turn]:
    return [_of_reply(rng, split, lambda reply: reply.startswith("<call> math")) for _ in range(2)]

"""A turn, and how one is drawn from the shapes of the text files."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Literal

from training.language import manner
from training.language.corpus import complete, every, fillers
from training.language.notation import Shape, Spoken, fill, reply_of

Split = Literal["train", "held"]


@dataclass(frozen=True, slots=True)
class Turn:
    words: tuple[str, ...]
    """As the recogniser writes them."""
    reply: str
    """What the assistant should say: punctuated text, or "<call> NAME words as spoken"."""
    kind: str
    """request | smalltalk | unknown | stop | repeat | fragment"""
    holds: frozenset[int]
    """Word counts after which a speaker may pause in mid-thought; the turn so far is not complete."""
    done: frozenset[int]
    """Word counts, fewer than all, at which the turn so far would already be a complete turn."""


@cache
def _drawn_from(kind: str, held: bool) -> tuple[tuple[Shape, ...], tuple[int, ...]]:
    found = tuple(every(kind, held)) or tuple(every(kind))
    weights = [shape.weight if kind != "request" else shape.weight * _call_weight(shape) for shape in found]
    return found, tuple(accumulate(weights))


def _call_weight(shape: Shape) -> int:
    """Evens out the skills, whose numbers of shapes differ a good deal."""
    reply = shape.replies[0]
    if reply.startswith("<call> math"):
        return 4
    return 3 if reply in ("<call> clock.time", "<call> timer.left", "<call> timer.cancel") else 2


def draw(rng: random.Random, kind: str, split: Split) -> Shape:
    """A shape of the kind, by weight."""
    found, weights = _drawn_from(kind, split == "held")
    return rng.choices(found, cum_weights=weights)[0]


def mark_complete(spoken: Spoken) -> None:
    """Marks the beginnings that are known turns in themselves, unless the shape says otherwise."""
    known = complete()
    for at in range(1, len(spoken.words)):
        alone = at > 1 or spoken.words[0] not in manner.HANGING
        if alone and at not in spoken.holds and tuple(spoken.words[:at]) in known:
            spoken.done.add(at)


def say(rng: random.Random, kind: str, split: Split) -> tuple[Spoken, str]:
    """A shape of the kind with its slots filled, and the reply to it."""
    return say_shape(rng, draw(rng, kind, split))


def say_shape(rng: random.Random, shape: Shape) -> tuple[Spoken, str]:
    """The shape with its slots filled, and the reply to it."""
    spoken = fill(shape, fillers(), rng)
    mark_complete(spoken)
    return spoken, reply_of(shape, spoken.values, rng)


def as_turn(spoken: Spoken, reply: str, kind: str) -> Turn:
    """What was said, with the places after words that cannot end a turn marked as well."""
    manner.hang(spoken)
    length = len(spoken.words)
    done = frozenset(at for at in spoken.done if 0 < at < length)
    holds = frozenset(at for at in spoken.holds if 0 < at < length) - done
    return Turn(tuple(spoken.words), reply, kind, holds, done)

"""Samples turns, talk over the assistant and talk to others from the shapes of the text files."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Literal

from training.language import manner
from training.language.corpus import complete, every, fillers
from training.language.notation import Shape, Spoken, fill, reply_of

Split = Literal["train", "held"]

KINDS = {"request": 52, "smalltalk": 16, "unknown": 22, "stop": 3, "repeat": 3, "fragment": 4}
"""Weight of each kind of turn."""
WHAT_FOLLOWS = 0.03
"""How often two requests come in one breath."""
ONE_AT_A_TIME = "One thing at a time, please. Which one first?"


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
    return {"<call> clock.time": 3, "<call> clock.date": 2, "<call> timer.left": 3, "<call> timer.cancel": 3}.get(
        reply, 4 if reply.startswith("<call> math") else 2
    )


def _draw(rng: random.Random, kind: str, split: Split) -> Shape:
    found, weights = _drawn_from(kind, split == "held")
    return rng.choices(found, cum_weights=weights)[0]


def _already_complete(spoken: Spoken) -> None:
    """Marks the beginnings that are known turns in themselves, unless the shape says otherwise."""
    known = complete()
    for at in range(1, len(spoken.words)):
        if at not in spoken.holds and tuple(spoken.words[:at]) in known:
            spoken.done.add(at)


def _say(rng: random.Random, kind: str, split: Split) -> tuple[Spoken, str]:
    shape = _draw(rng, kind, split)
    spoken = fill(shape, fillers(), rng)
    _already_complete(spoken)
    return spoken, reply_of(shape, spoken.values, rng)


def _turn(spoken: Spoken, reply: str, kind: str) -> Turn:
    manner.hang(spoken)
    length = len(spoken.words)
    done = frozenset(at for at in spoken.done if 0 < at < length)
    holds = frozenset(at for at in spoken.holds if 0 < at < length) - done
    return Turn(tuple(spoken.words), reply, kind, holds, done)


def _with_manner(spoken: Spoken, kind: str, rng: random.Random) -> None:
    if kind in ("request", "unknown"):
        if rng.random() < 0.06:
            manner.close_with(spoken, rng)
        if rng.random() < 0.05:
            manner.stumble(spoken, rng)
        if rng.random() < 0.12:
            manner.open_with(spoken, rng)
        if rng.random() < 0.12:
            manner.hesitate(spoken, rng)
    elif rng.random() < 0.05:
        manner.open_with(spoken, rng)


def sample_turn(rng: random.Random, split: Split = "train") -> Turn:
    """One turn addressed to the assistant. The shapes of "held" are never in "train"."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    if kind == "request" and rng.random() < WHAT_FOLLOWS:
        return _two_requests(rng, split)
    spoken, reply = _say(rng, kind, split)
    if kind != "fragment":
        _with_manner(spoken, kind, rng)
    return _turn(spoken, reply, kind)


def _two_requests(rng: random.Random, split: Split) -> Turn:
    first, reply = _say(rng, "request", split)
    second, other = _say(rng, "request", split)
    joint = rng.choice(("and", "and", "and then", "and also", "then", "oh and"))
    at = len(first.words)
    first.words += [*joint.split(), *second.words]
    shift = at + len(joint.split())
    first.done.add(at)
    first.holds |= {shift} | {place + shift for place in second.holds}
    first.done |= {place + shift for place in second.done}
    return _turn(first, reply if reply == other else ONE_AT_A_TIME, "request")


INTERRUPTION_KINDS = {"request": 50, "unknown": 12, "smalltalk": 5, "stop": 16, "repeat": 7, "telling": 10}
BREAK_IN = (
    "no", "no no", "wait", "wait wait", "stop", "hang on", "hold on", "sorry", "excuse me", "actually", "okay", "okay but",
    "yeah but", "no wait", "hey", "um", "wait a second", "okay stop", "no no no", "one second", "uh", "right but", "oh",
    "okay okay", "never mind", "yes yes", "no i meant", "no sorry", "stop stop", "okay thanks", "okay great", "all right",
    "fine", "never mind that", "okay never mind", "no that's wrong", "that's not it", "let me ask something else",
    "okay next", "thanks", "enough", "yeah yeah", "yeah okay", "i know", "i know i know", "hmm okay", "well", "but",
)  # fmt: skip
"""How people break in before they say what they want."""


def sample_interruption(rng: random.Random, split: Split = "train") -> Turn:
    """A turn said over the assistant and meant: the assistant should give way and answer it."""
    kind = rng.choices(list(INTERRUPTION_KINDS), list(INTERRUPTION_KINDS.values()))[0]
    spoken, reply = _say(rng, kind, split)
    if kind == "telling":
        return _turn(spoken, "Yes?", "stop")
    if kind in ("request", "unknown") and rng.random() < 0.55:
        manner.insert(spoken, 0, rng.choice(BREAK_IN).split(), complete=False)
    if kind in ("request", "unknown") and rng.random() < 0.08:
        manner.hesitate(spoken, rng)
    return _turn(spoken, reply, kind)


def _words(rng: random.Random, kind: str, split: Split = "train") -> tuple[str, ...]:
    return tuple(fill(_draw(rng, kind, split), fillers(), rng).words)


def sample_backchannel(rng: random.Random) -> tuple[str, ...]:
    """A sign of listening, said over the assistant: it should go on."""
    return _words(rng, "backchannel")


def sample_side_talk(rng: random.Random) -> tuple[str, ...]:
    """Something said to somebody else in the room, or by a voice in the background."""
    return _words(rng, "side_talk")


def sample_continuation(rng: random.Random) -> tuple[str, ...]:
    """What may still come after a turn that was complete: "please", "for the pasta", "and what's the date"."""
    return _words(rng, "continuation")


def sample_exchange(rng: random.Random, split: Split = "train") -> list[Turn]:
    """Turns that belong together, each after the assistant's reply to the one before."""
    from training.language.exchange import sample

    return sample(rng, split)


def sentences(rng: random.Random, n: int) -> Iterator[tuple[str, ...]]:
    """`n` utterances of the user's side with natural weights, of both splits, for the recogniser's language model."""
    for _ in range(n):
        split: Split = "held" if rng.random() < 0.1 else "train"
        draw = rng.random()
        if draw < 0.68:
            yield sample_turn(rng, split).words
        elif draw < 0.78:
            yield sample_interruption(rng, split).words
        elif draw < 0.83:
            yield sample_backchannel(rng)
        elif draw < 0.92:
            yield sample_side_talk(rng)
        elif draw < 0.94:
            yield sample_continuation(rng)
        else:
            yield from [turn.words for turn in sample_exchange(rng, split)][-1:]

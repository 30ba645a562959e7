"""Samples turns, talk over the assistant and talk to others."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.language import manner
from training.language.corpus import fillers, lines
from training.language.exchange import sample_exchange
from training.language.notation import Spoken, fill
from training.language.turns import Split, Turn, as_turn, draw, say

KINDS = {"request": 52, "smalltalk": 16, "unknown": 22, "stop": 3, "repeat": 3, "fragment": 4}
"""Weight of each kind of turn."""
WHAT_FOLLOWS = 0.03
"""How often two requests come in one breath."""
ONE_AT_A_TIME = "One thing at a time, please. Which one first?"


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
    spoken, reply = say(rng, kind, split)
    if kind != "fragment":
        _with_manner(spoken, kind, rng)
    return as_turn(spoken, reply, kind)


def _two_requests(rng: random.Random, split: Split) -> Turn:
    first, reply = say(rng, "request", split)
    second, other = say(rng, "request", split)
    joint = rng.choice(("and", "and", "and then", "and also", "then", "oh and"))
    at = len(first.words)
    first.words += [*joint.split(), *second.words]
    shift = at + len(joint.split())
    first.done.add(at)
    first.holds |= {shift} | {place + shift for place in second.holds}
    first.done |= {place + shift for place in second.done}
    return as_turn(first, reply if reply == other else ONE_AT_A_TIME, "request")


INTERRUPTION_KINDS = {"request": 50, "unknown": 12, "smalltalk": 5, "stop": 16, "repeat": 7, "telling": 10}
BREAK_IN = lines("break_in")
"""How people break in before they say what they want."""


def sample_interruption(rng: random.Random, split: Split = "train") -> Turn:
    """A turn said over the assistant and meant: the assistant should give way and answer it."""
    kind = rng.choices(list(INTERRUPTION_KINDS), list(INTERRUPTION_KINDS.values()))[0]
    spoken, reply = say(rng, kind, split)
    if kind == "telling":
        return as_turn(spoken, "Yes?", "stop")
    if kind in ("request", "unknown") and rng.random() < 0.55:
        manner.insert(spoken, 0, rng.choice(BREAK_IN).split(), complete=False)
    if kind in ("request", "unknown") and rng.random() < 0.08:
        manner.hesitate(spoken, rng)
    return as_turn(spoken, reply, kind)


def _words(rng: random.Random, kind: str, split: Split = "train") -> tuple[str, ...]:
    return tuple(fill(draw(rng, kind, split), fillers(), rng).words)


def sample_backchannel(rng: random.Random) -> tuple[str, ...]:
    """A sign of listening, said over the assistant: it should go on."""
    return _words(rng, "backchannel")


def sample_side_talk(rng: random.Random) -> tuple[str, ...]:
    """Something said to somebody else in the room, or by a voice in the background."""
    return _words(rng, "side_talk")


def sample_continuation(rng: random.Random) -> tuple[str, ...]:
    """What may still come after a complete turn: "please", "for the pasta", "and what's the date"."""
    return _words(rng, "continuation")


def sentences(rng: random.Random, n: int, held: float = 0.1) -> Iterator[tuple[str, ...]]:
    """`n` utterances of the user's side, with natural weights; `held` is the share of the held-out split."""
    for _ in range(n):
        split: Split = "held" if rng.random() < held else "train"
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

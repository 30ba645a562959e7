"""Pieces of conversation of more than one turn: a question that is answered, a timer looked at and cancelled."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from training.language import slots
from training.language.corpus import every, fillers
from training.language.notation import fill, parse_line, plain, reply_of

if TYPE_CHECKING:
    from training.language.source import Split, Turn

ANSWERS = tuple(
    parse_line(line)
    for line in (
        "{dur}", "{dur}", "{dur}", "for {dur}", "um | {dur}", "uh | {dur}", "{dur} / please", "let's say | {dur}", "make it {dur}",
        "oh | {dur}", "hmm | {dur}", "well | {dur}", "sorry | {dur}", "say {dur}", "i think | {dur}", "about {dur}", "maybe {dur}",
        "oh sorry | {dur}", "for | um | {dur}", "oh yeah | {dur}", "just {dur}", "like | {dur}", "oh right | for {dur}",
        "let me think | {dur}", "{dur} / thanks", "{dur} / i guess", "{dur} / i think", "for about {dur}", "i'd say {dur}",
        "can you do {dur}", "how about {dur}", "{dur} | should be enough", "{dur} is fine", "{dur} would be good",
        "{dur} | no | {dur.b}", "{dur} / no wait | {dur.b}", "{dur} / sorry | {dur.b}", "{dur} / actually | {dur.b}",
    )
)  # fmt: skip


def sample(rng: random.Random, split: Split) -> list[Turn]:
    """One piece of conversation, of two to four turns."""
    makers: tuple[Callable[[random.Random, Split], list[Turn]], ...] = (_ask_how_long, _ask_how_long, _timer_life, _sum_again)
    return rng.choice(makers)(rng, split)


def _of_reply(rng: random.Random, split: Split, reply: Callable[[str], bool]) -> Turn:
    """A request whose reply answers to `reply`."""
    from training.language.source import _already_complete, _turn

    wanted = [shape for shape in every("request", split == "held") if reply(shape.replies[0])]
    shape = rng.choices(wanted, [shape.weight for shape in wanted])[0]
    spoken = fill(shape, fillers(), rng)
    _already_complete(spoken)
    return _turn(spoken, reply_of(shape, spoken.values, rng), "request")


def _ask_how_long(rng: random.Random, split: Split) -> list[Turn]:
    from training.language.source import _turn

    first = _of_reply(rng, split, lambda reply: reply.startswith(("For how long", "How long for")))
    spoken = fill(rng.choice(ANSWERS), fillers(), rng)
    length = spoken.values.get("dur.b") or spoken.values["dur"]
    label = first.reply.removeprefix("How long for").strip(" ?").removeprefix("the ").removesuffix(" timer")
    about = f" for {label}" if first.reply.startswith("How long for") else ""
    second = _turn(spoken, f"<call> timer.set {length}{about}", "request")
    return [first, second, *_later(rng, split, 0.3)]


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


def _sum_again(rng: random.Random, split: Split) -> list[Turn]:
    first = _of_reply(rng, split, lambda reply: reply.startswith("<call> math.calculate {expr}"))
    second = _of_reply(rng, split, lambda reply: reply.startswith("<call> math.calculate"))
    return [first, second]


def a_number(rng: random.Random) -> str:
    """A number in words, without marks."""
    return plain(slots.number_words(slots.some_number(rng), rng))

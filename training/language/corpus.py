"""The text files, read once: every shape by kind, every filler of a slot by name."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

from training.language import slots
from training.language.notation import Shape, Slots, parse_file

FILES = (
    "clock",
    "timer",
    "sums",
    "control",
    "smalltalk",
    "over_agent",
    "unknown_home",
    "unknown_world",
    "unknown_life",
)
FOLDER = resources.files("training.language") / "text"


def read(name: str) -> str:
    """The text file of that name. Raises FileNotFoundError."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def lines(name: str) -> tuple[str, ...]:
    """A text file that is a plain list."""
    return tuple(line for line in read(name).splitlines() if line and not line.startswith("#"))


@cache
def shapes() -> dict[str, tuple[Shape, ...]]:
    """Every shape, by kind."""
    found: dict[str, dict[str, Shape]] = {}
    for name in FILES:
        for shape in parse_file(read(name)):
            found.setdefault(shape.kind, {}).setdefault(shape.wording, shape)
    return {kind: tuple(by_text.values()) for kind, by_text in found.items()}


@cache
def complete() -> dict[tuple[str, ...], Shape]:
    """Whole turns that always read the same: what is said so far is complete if it is one of these."""
    turns = (shape for kind, found in shapes().items() if kind in ADDRESSED for shape in found)
    return {
        tuple(node for node in shape.nodes if isinstance(node, str) and node not in ("|", "/")): shape
        for shape in turns
        if shape.literal
    }


ADDRESSED = ("request", "smalltalk", "unknown", "stop", "repeat")
"""The kinds that are turns in themselves."""


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    for block in read("lists").split("@ ")[1:]:
        name, _, items = block.partition("\n")
        stripped = (item.strip() for item in items.replace("\n", ",").split(","))
        lists[name.strip()] = tuple(item for item in stripped if item)
    return lists


def _from_list(name: str) -> Callable[[random.Random], str]:
    def draw(rng: random.Random) -> str:
        words = rng.choice(_lists()[name])
        while "{" in words:
            head, _, rest = words.partition("{")
            key, _, tail = rest.partition("}")
            words = head + fillers()[key](rng) + tail
        return words

    return draw


@cache
def fillers() -> Slots:
    """What fills each slot of the notation."""
    made: dict[str, Callable[[random.Random], str]] = {name: _from_list(name) for name in _lists()}
    made |= {
        "n": lambda rng: slots.number_words(slots.some_number(rng), rng, final=True),
        "pct": lambda rng: slots.number_words(rng.choice((5, 10, 12, 15, 18, 20, 20, 25, 30, 50)), rng),
        "dur": slots.duration,
        "adj": slots.adjective_duration,
        "time": slots.clock_time,
        "expr": slots.expression,
        "ordinal": lambda rng: slots.ordinal(rng.randrange(1, 32)),
        "day": lambda rng: rng.choice(slots.DAYS),
        "month": lambda rng: rng.choice(slots.MONTHS),
        "date": slots.date_words,
    }
    return made


def every(kind: str, held: bool | None = None) -> Iterator[Shape]:
    """The shapes of a kind: all, or those of one split."""
    return (shape for shape in shapes().get(kind, ()) if held is None or shape.held == held)

"""The light notation the text files are written in, and how one line of it becomes what somebody says.

    set a timer for | {dur} [please;]      => <call> timer.set {dur}

`|` a speaker may stop here to think; the turn so far is not complete. `/` the turn is complete so far.
`{name}` a slot (`{name.b}` the same kind of thing a second time), `[a; b; ]` one of several, the last one
nothing. `=>` the reply to this line alone. `+` at the start of a line: six times as common as the others.
`@ kind | reply | reply` opens a section, from whose replies one is drawn. `#` is a remark.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

COMMON = 6
"""Weight of a line marked `+` against one that is not."""
HELD_OUT = 10
"""One shape in this many is never in the train split."""


@dataclass(frozen=True, slots=True)
class Slot:
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[tuple[Node, ...], ...]


Node: TypeAlias = "str | Slot | Choice"
"""A word, one of the marks `|` and `/`, a slot or a choice."""
Slots: TypeAlias = Mapping[str, Callable[[random.Random], str]]
"""What fills a slot: words and marks. Its `/` counts only where nothing but the slot's own words follow."""


class NotationError(ValueError):
    """A line that cannot be read: says which and why."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One line of a text file."""

    text: str
    kind: str
    replies: tuple[str, ...]
    nodes: tuple[Node, ...]
    weight: int = 1

    @property
    def held(self) -> bool:
        """Whether the shape is kept out of training; depends on its words alone."""
        return zlib.crc32(self.wording.encode()) % HELD_OUT == 0

    @property
    def wording(self) -> str:
        """Its text without the marks: two shapes that differ in nothing else are the same."""
        return plain(self.text)

    @property
    def literal(self) -> bool:
        """Whether it always reads the same."""
        return all(isinstance(node, str) for node in self.nodes)


@dataclass(slots=True)
class Spoken:
    """A shape with its slots filled: words, the two kinds of place in it, and what the slots held."""

    words: list[str] = field(default_factory=list)
    holds: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)


def parse_file(text: str) -> list[Shape]:
    """All shapes of a text file. Raises NotationError."""
    kind = ""
    replies: tuple[str, ...] = ("",)
    shapes: list[Shape] = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            kind, *rest = (part.strip() for part in line[1:].split(" | "))
            replies = tuple(rest) or ("",)
            continue
        shapes.append(parse_line(line, kind, replies))
    return shapes


def parse_line(line: str, kind: str = "", replies: tuple[str, ...] = ("",)) -> Shape:
    """One line. Raises NotationError for brackets that do not match."""
    weight = COMMON if line.startswith("+") else 1
    said, arrow, reply = line.removeprefix("+").partition("=>")
    tokens = _tokens(said)
    nodes, rest = _sequence(tokens, 0)
    if rest != len(tokens):
        raise NotationError(f"{tokens[rest]!r} has no partner in: {line}")
    own = tuple(part.strip() for part in reply.split(" | ")) if arrow else replies
    return Shape(" ".join(said.split()), kind, own, nodes, weight)


def _tokens(said: str) -> list[str]:
    for sign in "[];|/":
        said = said.replace(sign, f" {sign} ")
    return said.split()


def _sequence(tokens: list[str], at: int) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    while at < len(tokens) and tokens[at] not in ("]", ";"):
        token = tokens[at]
        at += 1
        if token == "[":
            choice, at = _choice(tokens, at)
            nodes.append(choice)
        elif token.startswith("{"):
            if not token.endswith("}"):
                raise NotationError(f"a slot that does not end: {token}")
            key = token[1:-1]
            nodes.append(Slot(key.split(".")[0], key))
        else:
            nodes.append(token)
    return tuple(nodes), at


def _choice(tokens: list[str], at: int) -> tuple[Choice, int]:
    options: list[tuple[Node, ...]] = []
    while True:
        option, at = _sequence(tokens, at)
        options.append(option)
        if at == len(tokens):
            raise NotationError(f"'[' is never closed in: {' '.join(tokens)}")
        at += 1
        if tokens[at - 1] == "]":
            return Choice(tuple(options)), at


def fill(shape: Shape, slots: Slots, rng: random.Random) -> Spoken:
    """One way of saying a shape. Raises KeyError for a slot nobody fills."""
    spoken = Spoken()
    soft: list[tuple[int, int]] = []
    _walk(shape.nodes, slots, rng, spoken, soft)
    length = len(spoken.words)
    spoken.done |= {at for at, end in soft if end == length or end in spoken.done}
    spoken.done = {at for at in spoken.done if 0 < at < length}
    spoken.holds = {at for at in spoken.holds if 0 < at < length} - spoken.done
    return spoken


def _walk(nodes: Iterable[Node], slots: Slots, rng: random.Random, spoken: Spoken, soft: list[tuple[int, int]]) -> None:
    for node in nodes:
        if isinstance(node, Choice):
            _walk(rng.choice(node.options), slots, rng, spoken, soft)
        elif isinstance(node, Slot):
            value = slots[node.kind](rng)
            inner = [len(spoken.words) + at for at in _place(value, spoken)]
            spoken.values[node.key] = plain(value)
            soft.extend((at, len(spoken.words)) for at in inner)
        elif node == "/":
            spoken.done.add(len(spoken.words))
        elif node == "|":
            spoken.holds.add(len(spoken.words))
        else:
            spoken.words.append(node)


def _place(value: str, spoken: Spoken) -> list[int]:
    """Says a slot's words; gives the places of its `/`, counted from the slot's end (so never positive)."""
    soft: list[int] = []
    for token in value.split():
        if token == "|":
            spoken.holds.add(len(spoken.words))
        elif token == "/":
            soft.append(len(spoken.words))
        else:
            spoken.words.append(token)
    return [at - len(spoken.words) for at in soft]


def plain(value: str) -> str:
    """A slot's words without the marks."""
    return " ".join(token for token in value.split() if token not in ("|", "/"))


def reply_of(shape: Shape, values: Mapping[str, str], rng: random.Random) -> str:
    """One of the shape's replies, with what its slots held."""
    reply = rng.choice(shape.replies)
    for key, value in values.items():
        reply = reply.replace("{" + key + "}", value)
    return reply

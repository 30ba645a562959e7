"""From what the model wrote to what can be played: skills asked, text cut into parts, the first of them
spoken.

All of it may be thrown away, so none of it has an effect: that is `Prepared.effect`, for when the reply is
begun.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from edge_duplex.models.interaction.prompt import Reply
from edge_duplex.models.interaction.protocols import Mouth, Speech
from edge_duplex.skills.protocol import Answer, Due, Scene

NOT_YET = "Sorry, I can't do that yet."
"""For a reply that makes no sense."""
LONG_PART = 60
"""Letters. A part longer than this is cut at a comma: its sound has to be made within a step."""
REMEMBERED = 12
"""Sounds kept, as most words of the user leave the reply as it was."""


class Asked(Protocol):
    """What the interaction model needs of the skills."""

    def ask(self, name: str, words: str, scene: Scene) -> Answer: ...

    def due(self, now: datetime) -> list[Due]: ...

    def memory(self) -> dict[str, Any]: ...

    def restore(self, memory: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    text: str
    parts: tuple[str, ...]
    """The text, cut so that the sound of each is made quickly; none if there is nothing to say."""
    skill: str = ""
    answer: Answer | None = None
    """The skill's, if one was asked; its effect is still to come."""


def cut_into_parts(text: str) -> tuple[str, ...]:
    """Sentences, and long sentences at their commas. Joined by spaces they are the text again."""
    parts: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(text.split())):
        while len(sentence) > LONG_PART:
            comma = re.match(r".{20,}?, (?=.{12})", sentence)
            if comma is None:
                break
            parts.append(sentence[: comma.end()].strip())
            sentence = sentence[comma.end() :]
        if sentence:
            parts.append(sentence)
    return tuple(parts)


def prepare(reply: Reply | None, dues: Sequence[Due], skills: Asked, scene: Scene) -> Prepared:
    """What a reply comes to. What is due is said first, whether or not the model thought of it."""
    answer = None
    if reply is not None and reply.skill:
        try:
            answer = skills.ask(reply.skill, reply.text, scene)
        except KeyError:
            reply = None
    if answer is not None:
        text = answer.text
    elif reply is None:
        text = "" if dues else NOT_YET
    else:
        text = reply.text
    text = " ".join([*(due.text for due in dues), text]).strip()
    return Prepared(text, cut_into_parts(text), reply.skill if reply is not None else "", answer)


class Voice:
    """The mouth, with what it said lately kept."""

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self._kept: OrderedDict[str, Speech] = OrderedDict()

    def say(self, text: str) -> Speech:
        if text not in self._kept:
            self._kept[text] = self._mouth.say(text)
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        self._kept.move_to_end(text)
        return self._kept[text]

    def close(self) -> None:
        self._mouth.close()

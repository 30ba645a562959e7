"""What a skill is: a name, words in, an answer out, and an effect that happens only if the answer is spoken.

The interaction model writes replies ahead of time and throws most of them away, so asking a skill must change
nothing. What the answer does to the world is its `effect`, run once, when its first sound goes to the loudspeaker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a skill may know of the moment. Time is an argument: a replayed hour gives the same answers."""

    now: datetime
    """Wall-clock time, with its time zone, at the end of the frame just heard."""
    last_said: str = ""
    """What the user has heard of the agent's last utterance."""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    """To be spoken."""
    args: Mapping[str, Any] = field(default_factory=dict)
    """The typed arguments as read from the words, for the log: {"seconds": 300}."""
    result: Any = None
    """For the log; JSON."""
    effect: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Due:
    """Something that has come due: `text` is what to say, `label` a few words for the model's context."""

    text: str
    label: str


class Skill(Protocol):
    @property
    def name(self) -> str:
        """As in the log and in what the model writes: "timer.set"."""
        ...

    def answer(self, words: str, scene: Scene) -> Answer:
        """`words` are the arguments as the user spoke them: "five minutes". Words it cannot read give an
        Answer that asks for what is missing; never an exception."""
        ...

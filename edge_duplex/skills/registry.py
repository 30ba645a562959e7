"""All the skills by name, and what they keep between one run and the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from edge_duplex.skills.clock import ClockDate, ClockTime
from edge_duplex.skills.protocol import Answer, Due, Scene, Skill
from edge_duplex.skills.repeat import Repeat
from edge_duplex.skills.sums import Calculate
from edge_duplex.skills.timers import TimerCancel, TimerLeft, Timers, TimerSet


class Skills:
    """What the assistant can do. `more` are added to those that come with it; a like name replaces."""

    def __init__(self, more: Iterable[Skill] = ()) -> None:
        self._timers = Timers()
        ours: list[Skill] = [
            ClockTime(),
            ClockDate(),
            TimerSet(self._timers),
            TimerLeft(self._timers),
            TimerCancel(self._timers),
            Calculate(),
            Repeat(),
        ]
        self._skills: dict[str, Skill] = {skill.name: skill for skill in [*ours, *more]}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._skills)

    def ask(self, name: str, words: str, scene: Scene) -> Answer:
        """Changes nothing: what the answer does to the world is its effect. KeyError for an unknown name."""
        return self._skills[name].answer(words, scene)

    def due(self, now: datetime) -> list[Due]:
        """What has come due since it was last asked, the earliest first; each is given once."""
        return self._timers.due(now)

    def memory(self) -> dict[str, Any]:
        """JSON, for `restore`."""
        return {"timers": self._timers.memory()}

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError, and changes nothing, where the memory cannot be read."""
        self._timers.restore(memory.get("timers", ()))

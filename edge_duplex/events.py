"""The event log: one JSON object a line, `{"t": seconds on the sample clock, "event": NAME, ...}`.

The names are a contract with everything that reads the log. An event is written when the program knew of it, so
`t` never goes back; where something was true earlier, a field says when (`user_stop` has `last_sound`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAMES = frozenset(
    {
        *("session_start", "user_start", "user_stop", "user_text", "agent_start", "agent_text", "agent_stop"),
        *("duck", "unduck", "yield", "resume", "backchannel", "skill", "late", "underrun", "notice", "session_stop"),
    }
)
"""`notice` is ours: a fault and what was done about it, in one line of `text`, as the user was told."""


@dataclass(frozen=True, slots=True)
class Event:
    t: float
    """Seconds on the sample clock."""
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"no event is called {self.name!r}")

    def line(self) -> str:
        """The event as one line of JSON, without the newline."""
        return json.dumps({"t": round(self.t, 4), "event": self.name, **self.fields}, ensure_ascii=False)


def parse(line: str) -> Event:
    """The inverse of `Event.line`. Raises ValueError if the line is not an event."""
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError(f"not an event: {line[:80]!r}")
    try:
        t, name = float(record.pop("t")), record.pop("event")
    except (KeyError, TypeError) as problem:
        raise ValueError(f"not an event: {line[:80]!r}") from problem
    return Event(t, name, record)

"""What the views make of the event log: agent words gathered to phrases, and how quickly a reply came.

Both are folds over events in log order. The latencies here come from the program's own events and are for
looking at while it runs; what is measured on the sound is in `edge_duplex.evaluate.latency`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_duplex.events import Event

LONGEST_PHRASE = 16
"""Words after which a phrase is given out even if the agent has not paused."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words of one side, as they were heard."""

    t: float
    """Seconds, of its first word."""
    who: str
    """user or agent."""
    text: str
    cut: bool = False
    """The agent was interrupted after these words."""


class Phrases:
    """Gathers words to phrases. A user's phrase is a final text; partial texts give nothing."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._since = 0.0

    @property
    def open(self) -> str:
        """The agent's words of the phrase that is still being said."""
        return " ".join(self._words)

    def event(self, event: Event) -> list[Phrase]:
        """The phrases that this event brings to their end, oldest first."""
        fields = event.fields
        if event.name == "agent_text":
            return self._word(event.t, str(fields.get("text", "")).strip())
        if event.name == "user_text" and fields.get("final"):
            text = str(fields.get("text", "")).strip()
            return self._flush() + ([Phrase(event.t, "user", text)] if text else [])
        if event.name in ("agent_stop", "session_stop", "skill", "duck"):
            return self._flush()
        if event.name == "yield":
            return self._flush(cut=True)
        return []

    def _word(self, t: float, text: str) -> list[Phrase]:
        if not text:
            return []
        if not self._words:
            self._since = t
        self._words.append(text)
        ends = text[-1] in ".?!" or len(self._words) >= LONGEST_PHRASE
        return self._flush() if ends else []

    def _flush(self, cut: bool = False) -> list[Phrase]:
        if not self._words:
            return []
        phrase = Phrase(self._since, "agent", self.open, cut)
        self._words = []
        return [phrase]


class ReplyWatch:
    """Says how long the user waited, once it is known: at `agent_start`, or at the `user_stop` that only then
    finds that the user had already been silent when the agent began."""

    def __init__(self) -> None:
        self._user_end: float | None = None
        self._user_speaks = False
        self._agent_speaks = False
        self._agent_start: float | None = None

    def event(self, event: Event) -> float | None:
        """Seconds from the user's last sound to the agent's first, if this event settles it."""
        if event.name == "user_start":
            self._user_speaks, self._user_end, self._agent_start = True, None, None
        elif event.name == "user_stop":
            return self._user_stop(float(event.fields.get("last_sound", event.t)))
        elif event.name == "agent_start":
            return self._agent_starts(event.t)
        elif event.name in ("agent_stop", "yield"):
            self._agent_speaks, self._agent_start = False, None
        return None

    def _user_stop(self, last_sound: float) -> float | None:
        self._user_speaks = False
        began, self._agent_start = self._agent_start, None
        if began is not None:
            return began - last_sound if began >= last_sound else None
        if not self._agent_speaks:
            self._user_end = last_sound
        return None

    def _agent_starts(self, t: float) -> float | None:
        self._agent_speaks = True
        if self._user_speaks:
            self._agent_start = t
            return None
        end, self._user_end = self._user_end, None
        return None if end is None else t - end


def describe(event: Event) -> str | None:
    """One short line about an event that is not words; None for those that say nothing to a person."""
    fields = event.fields
    match event.name:
        case "duck":
            return "both speak: agent ducked"
        case "unduck":
            return "agent goes on"
        case "resume":
            return "false alarm: agent resumes"
        case "yield":
            heard = fields.get("heard_ms")
            return "agent gives way" + ("" if heard is None else f", {float(heard) / 1000:.1f} s of it heard")
        case "skill":
            return _skill(fields)
        case "backchannel":
            return f"agent: {fields.get('text', 'mm hmm')}"
        case "late" | "underrun":
            return _values(fields) or "one block"
        case "notice":
            return str(fields.get("text", ""))
        case _:
            return None


def _skill(fields: Mapping[str, Any]) -> str:
    args = fields.get("args")
    values = _values(args) if isinstance(args, Mapping) else ""
    return f"{fields.get('name', '?')} {values}".strip()


def _values(fields: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in fields.items())

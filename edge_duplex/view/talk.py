"""What the views make of the event log: words gathered to phrases, and how quickly a reply came.

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
UTTERANCE_OVER = 1.5
"""Seconds after `user_stop` by which the final text has come if there is one."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words of one side, as they were heard, or a skill that was called."""

    t: float
    """Seconds, of its beginning."""
    who: str
    """user, agent or skill."""
    text: str
    cut: bool = False
    """The agent was interrupted after these words."""


class Phrases:
    """Gathers words to phrases, in the order in which they were begun.

    A user's words are final only when the user has long been silent, and by then the reply is under way: what
    the agent says meanwhile is held back until what it answers has been given out.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._since = 0.0
        self._began: float | None = None
        self._voice: float | None = None
        self._quiet: float | None = None
        self._hearing: float | None = None
        self._held: list[Phrase] = []

    @property
    def open(self) -> str:
        """The agent's words of the phrase that is still being said."""
        return " ".join(self._words)

    def event(self, event: Event) -> list[Phrase]:
        """The phrases that can be given out with this event, in order."""
        late: list[Phrase] = []
        if self._quiet is not None and event.t - self._quiet > UTTERANCE_OVER:
            # Words that came to nothing: a noise that was taken for a word at first.
            self._hearing, self._quiet = None, None
            late = self._release()
        return late + self._gather(event)

    def _gather(self, event: Event) -> list[Phrase]:
        match event.name:
            case "agent_text":
                return self._word(event.t, str(event.fields.get("text", "")).strip())
            case "agent_start":
                self._began = event.t
            case "user_stop":
                self._quiet = event.t
            case "user_start":
                self._quiet = None
                self._voice = float(event.fields.get("first_sound", event.t))
            case "user_text":
                return self._heard(event)
            case "skill":
                return self._flush() + self._give([Phrase(event.t, "skill", _skill(event.fields))])
            case "agent_stop" | "duck":
                return self._flush()
            case "yield":
                return self._flush(cut=True)
            case "session_stop":
                return self._flush() + self._release()
        return []

    def _heard(self, event: Event) -> list[Phrase]:
        text = str(event.fields.get("text", "")).strip()
        known = next((t for t in (self._hearing, self._voice) if t is not None), event.t)
        start = float(event.fields.get("start", known))
        if text and not event.fields.get("final"):
            self._hearing = start
            return []
        self._hearing = None
        before = self._flush() if self._words and self._since < start else []
        said = [Phrase(start, "user", text)] if text else []
        return before + said + self._release()

    def _word(self, t: float, text: str) -> list[Phrase]:
        if not text:
            return []
        if not self._words:
            # A word is told of when it has been played; the first of an utterance began with the utterance.
            self._since, self._began = t if self._began is None else self._began, None
        self._words.append(text)
        ends = text[-1] in ".?!" or len(self._words) >= LONGEST_PHRASE
        return self._flush() if ends else []

    def _flush(self, cut: bool = False) -> list[Phrase]:
        if not self._words:
            return []
        phrase = Phrase(self._since, "agent", self.open, cut)
        self._words = []
        return self._give([phrase])

    def _give(self, phrases: list[Phrase]) -> list[Phrase]:
        if self._hearing is None:
            return phrases
        self._held += [phrase for phrase in phrases if phrase.t > self._hearing]
        return [phrase for phrase in phrases if phrase.t <= self._hearing]

    def _release(self) -> list[Phrase]:
        held, self._held = self._held, []
        return held


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
        case "backchannel":
            return f"agent: {fields.get('text', 'mm hmm')}"
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

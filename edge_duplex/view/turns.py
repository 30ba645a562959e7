"""A conversation as a list of turns: what was said, what was answered, how long it took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from edge_duplex.evaluate.latency import Latencies, Stop, WentOn
from edge_duplex.events import Event
from edge_duplex.view.talk import UTTERANCE_OVER

NEAR = 0.25
"""Seconds between what the log says of a moment and what the sound shows of the same."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something the agent said."""

    t: float
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Something the user said, and what came of it. Times in seconds."""

    start: float
    end: float
    text: str
    answer: str = ""
    reply: float | None = None
    stop: Stop | None = None
    """It interrupted the agent."""
    went_on: WentOn | None = None
    """The agent heard it and went on."""


@dataclass(slots=True)
class _Speaking:
    t: float
    words: list[str] = field(default_factory=list)


def utterances(events: Iterable[Event]) -> list[Utterance]:
    """What the agent said, as far as it was heard."""
    found: list[Utterance] = []
    now: _Speaking | None = None
    for event in events:
        if event.name == "agent_start":
            now = _Speaking(event.t)
        elif event.name == "agent_text" and now is not None:
            now.words.append(str(event.fields.get("text", "")).strip())
        elif event.name in ("agent_stop", "yield", "session_stop") and now is not None:
            found.append(Utterance(now.t, " ".join(now.words), cut=event.name == "yield"))
            now = None
    if now is not None:
        found.append(Utterance(now.t, " ".join(now.words)))
    return found


def user_turns(events: Iterable[Event]) -> list[Turn]:
    """What the user said, from the final texts of the log. Where they do not say when, it was from the first
    sound of the voice in which the first word was read to the last sound before the text was final."""
    found = []
    voice, last = 0.0, 0.0
    begun: float | None = None
    for event in events:
        if event.name == "user_start":
            if event.t - last > UTTERANCE_OVER:
                begun = None  # What was begun before came to nothing.
            voice = float(event.fields.get("first_sound", event.t))
        elif event.name == "user_stop":
            last = float(event.fields.get("last_sound", event.t))
        elif event.name == "user_text" and not event.fields.get("final"):
            begun = voice if begun is None else begun
        elif event.name == "user_text":
            start = float(event.fields.get("start", voice if begun is None else begun))
            end = float(event.fields.get("end", last if last > start else event.t))
            begun = None
            if event.fields.get("text"):
                found.append(Turn(start, end, str(event.fields["text"])))
    return found


def conversation(events: Sequence[Event], latencies: Latencies) -> list[Turn]:
    """Every turn of the user with what was answered to it and what was measured on it. Something the agent
    says belongs to the last turn that had ended before it; what it says before any, to none."""
    turns = user_turns(events)
    for said in utterances(events):
        to = max((i for i, turn in enumerate(turns) if turn.end <= said.t + NEAR), default=None)
        if to is None:
            continue
        text = said.text + (" —" if said.cut else "")
        reply = next((r.latency for r in latencies.replies if abs(r.agent_start - said.t) <= NEAR), None)
        turn = turns[to]
        turns[to] = replace(
            turn,
            answer=f"{turn.answer} {text}".strip(),
            reply=reply if turn.reply is None else turn.reply,
        )
    return [_over_the_agent(turn, latencies) for turn in turns]


def _over_the_agent(turn: Turn, latencies: Latencies) -> Turn:
    def within(t: float) -> bool:
        return turn.start - NEAR <= t <= turn.end

    stop = next((stop for stop in latencies.stops if within(stop.barge_in_start)), None)
    went_on = next((on for on in latencies.went_on if within(on.start)), None)
    return replace(turn, stop=stop, went_on=None if stop else went_on)

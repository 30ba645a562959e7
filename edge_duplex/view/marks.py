"""What a picture of a conversation shows, read off the event log: words and when they sounded, who had the
floor, and where labels go so that none lies on another. Pure; all times in seconds on the sample clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge_duplex.events import Event
from edge_duplex.view.turns import user_turns

SLOWEST_WORD = 0.9
"""An agent word that seems to last longer began after a pause."""
TYPICAL_WORD = 0.3


@dataclass(frozen=True, slots=True)
class Label:
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A label, where it is drawn: at `at` seconds in lane `lane`, 0 next to the waveform."""

    at: float
    lane: int
    text: str


def agent_words(events: Iterable[Event]) -> list[Label]:
    """The agent's words as they were played. The log has their ends; each begins at the end of the one before
    or at the start of the utterance."""
    words: list[Label] = []
    since = 0.0
    for event in events:
        if event.name in ("agent_start", "backchannel"):
            since = event.t
        elif event.name == "agent_text" and (text := str(event.fields.get("text", "")).strip()):
            start = since if 0 < event.t - since <= SLOWEST_WORD else event.t - TYPICAL_WORD
            words.append(Label(max(0.0, start), event.t, text))
            since = event.t
    return words


def user_words(events: Iterable[Event]) -> list[Label]:
    """The user's words as finally read, each utterance's time shared out by the length of its words."""
    turns = user_turns(events)
    return [word for turn in turns for word in _share_out(turn.text.split(), turn.start, turn.end)]


def _share_out(words: Sequence[str], start: float, end: float) -> list[Label]:
    total = sum(len(word) + 1 for word in words)
    labels, done = [], 0
    for word in words:
        at = start + (end - start) * done / total
        done += len(word) + 1
        labels.append(Label(at, start + (end - start) * done / total, word))
    return labels


def floor_spans(events: Iterable[Event], end: float) -> list[Label]:
    """Who had the floor from when to when: `text` is user, agent or overlap. Idle is left out."""
    user = agent = False
    state, since = "idle", 0.0
    spans = []
    for t, name in [*((event.t, event.name) for event in events), (end, "session_stop")]:
        if name in ("user_start", "user_stop"):
            user = name == "user_start"
        elif name in ("agent_start", "agent_stop", "yield"):
            agent = name == "agent_start"
        elif name == "session_stop":
            user = agent = False
        now = "overlap" if user and agent else "user" if user else "agent" if agent else "idle"
        if now != state:
            if state != "idle" and t > since:
                spans.append(Label(since, t, state))
            state, since = now, t
    return spans


def rows(spans: Sequence[Label], end: float, most: float) -> list[tuple[float, float]]:
    """Cut 0 to `end` into rows of at most `most` seconds, where nobody speaks if there is such a place."""
    cuts = [0.0]
    while end - cuts[-1] > most:
        row = cuts[-1]
        # The quiet that follows each span, cut a little before it ends: a row begins with who speaks next.
        quiet = [
            max((before.end + after.start) / 2, after.start - 0.7)
            for before, after in pairwise(spans)
            if after.start - before.end > 0.5
        ]
        fitting = [t for t in quiet if row + 0.4 * most <= t <= row + most]
        cuts.append(max(fitting, default=row + most))
    return list(pairwise([*cuts, end]))


def stagger(labels: Iterable[Label], lanes: int, character: float, space: float = 0.06) -> list[Placed]:
    """Put each label at its start in the lowest lane with room, else as little later as any lane allows.

    `character` is the width of a character and `space` the least gap between two labels, in seconds.
    """
    free = [float("-inf")] * lanes
    placed = []
    for label in labels:
        lane = next((i for i in range(lanes) if free[i] <= label.start), None)
        if lane is None:
            lane = min(range(lanes), key=lambda i: free[i])
        at = max(label.start, free[lane])
        free[lane] = at + len(label.text) * character + space
        placed.append(Placed(at, lane, label.text))
    return placed

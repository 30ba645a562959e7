"""How long people waited, measured on the recording: left the user, right what the loudspeaker played.

Times come from the sound. The event log, where there is one, is only asked *which* overlaps the program took
for interruptions and which pauses of the agent lay inside one utterance; without it that is judged from
whether and for how long the agent fell silent. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_duplex.evaluate.sound import HOP_SECONDS, Levels, Run, levels, runs, threshold
from edge_duplex.events import Event

LONGEST_WAIT = 6.0
"""Seconds; agent speech after a longer silence is of its own accord (a timer), not a reply."""
STOP_WITHIN = 1.6
"""Without a log: an agent that falls silent this soon after the user broke in was stopped by it ..."""
STOP_LASTS = 0.6
"""... if it stays silent this long."""
DUCK_DB = 6.0
FLUSH_QUIET = 0.06
"""Seconds of quiet that show that the loudspeaker was silenced."""
BREATH = 0.6
"""Seconds between words of a user who is still breaking in: "wait ... what time is it"."""
PAUSE = 1.0
"""Seconds of quiet the agent may leave between two sentences of one utterance."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The agent spoke after the user. Seconds."""

    user_end: float
    agent_start: float

    @property
    def latency(self) -> float:
        return self.agent_start - self.user_end


@dataclass(frozen=True, slots=True)
class CutIn:
    """The agent began while the user was speaking. Seconds."""

    agent_start: float
    user_end: float


@dataclass(frozen=True, slots=True)
class Stop:
    """The user broke in and the agent stopped. Seconds; the two waits count from the user's first sound."""

    barge_in_start: float
    ducked_after: float
    silent_after: float


@dataclass(frozen=True, slots=True)
class WentOn:
    """The user made a sound and the agent went on. Seconds."""

    start: float
    end: float
    longest_gap: float
    """Longest silence of the agent from the user's sound until a second after it."""


@dataclass(frozen=True, slots=True)
class Latencies:
    replies: tuple[Reply, ...]
    stops: tuple[Stop, ...]
    went_on: tuple[WentOn, ...]
    cut_ins: tuple[CutIn, ...]


def measure(stereo: NDArray[np.int16], sample_rate: int, events: Iterable[Event] = ()) -> Latencies:
    """All that can be measured on a recording: int16 of shape (n, 2), left the user, right the agent."""
    assert stereo.shape == (len(stereo), 2), stereo.shape
    log = list(events)
    heard, said = levels(stereo[:, 0], sample_rate), levels(stereo[:, 1], sample_rate)
    agent = _utterances(runs(said), said, log)
    overlaps = _overlaps(runs(heard, BREATH), agent)
    stopped = [overlap for overlap in overlaps if _interrupts(overlap, agent, log)]
    flushed = {overlap.agent for overlap in stopped}
    replies, cut_ins = _answers(runs(heard), agent, flushed, log)
    over = [o for o in overlaps if o.agent not in flushed and o.start > o.agent.start]
    return Latencies(
        replies=tuple(replies),
        stops=tuple(_stop(overlap, said, log) for overlap in stopped),
        went_on=tuple(_went_on(overlap, said) for overlap in over),
        cut_ins=tuple(cut_ins),
    )


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Between the two nearest values; None of none."""
    return float(np.percentile(values, percent)) if values else None


def _times(log: list[Event], name: str) -> list[float]:
    return [event.t for event in log if event.name == name]


def _utterances(agent: list[Run], said: Levels, log: list[Event]) -> list[Run]:
    """The agent's runs, joined where the log knows of no new start, and parted where it was flushed: the next
    reply may follow within a breath."""
    starts, yields = _times(log, "agent_start"), _times(log, "yield")
    joined: list[Run] = []
    for run in agent:
        last = joined[-1] if joined else None
        if last is not None and starts and run.start - last.end < PAUSE:
            anew = any(last.end - 0.1 <= t <= run.start + 0.1 for t in [*starts, *yields])
            if not anew:
                joined[-1] = Run(last.start, run.end)
                continue
        joined.append(run)
    parted: list[Run] = []
    for run in joined:
        for t in yields:
            if run.start < t < run.end:
                silent, again = _quiet_from(said, t - 0.02)
                if again < run.end:
                    parted.append(Run(run.start, silent))
                    run = Run(again, run.end)
        parted.append(run)
    return parted


def _quiet_from(loudness: Levels, t: float) -> tuple[float, float]:
    """The first silence of `FLUSH_QUIET` or more from `t` on: its start and end."""
    limit, need = threshold(loudness), round(FLUSH_QUIET / HOP_SECONDS)
    quiet = 0
    for hop in range(max(0, _hop(t)), len(loudness)):
        if loudness[hop] < limit:
            quiet += 1
        elif quiet >= need:
            return (hop - quiet) * HOP_SECONDS, hop * HOP_SECONDS
        else:
            quiet = 0
    return (len(loudness) - quiet) * HOP_SECONDS, len(loudness) * HOP_SECONDS


def _answers(
    user: list[Run], agent: list[Run], flushed: set[Run], log: list[Event]
) -> tuple[list[Reply], list[CutIn]]:
    """What each utterance of the agent was to the user's last sound before it."""
    replies, cut_ins = [], []
    starts = [run.start for run in user]
    small = _times(log, "backchannel")
    for i, run in enumerate(agent):
        before = bisect_left(starts, run.start) - 1
        if before < 0 or any(t - 0.05 <= run.start <= t + 0.4 for t in small):
            continue
        last = user[before]
        earlier = agent[i - 1] if i and agent[i - 1] not in flushed else None
        if last.end > run.start:
            if earlier is None or earlier.end < last.start:
                cut_ins.append(CutIn(run.start, last.end))
        elif earlier is not None and earlier.end > last.end:
            continue  # It had spoken since: this goes on, or is of its own accord.
        elif run.start - last.end <= LONGEST_WAIT:
            replies.append(Reply(last.end, run.start))
    return replies, cut_ins


@dataclass(frozen=True, slots=True)
class _Overlap:
    """Both speak, from `start`."""

    start: float
    user: Run
    agent: Run
    until: float
    """When the user speaks again, if the agent has not ended by then."""


def _overlaps(user: list[Run], agent: list[Run]) -> list[_Overlap]:
    """One for each of the user's runs over each utterance of the agent."""
    found = []
    for i, spoken in enumerate(user):
        again = user[i + 1].start if i + 1 < len(user) else float("inf")
        for run in agent:
            start = max(spoken.start, run.start)
            if start < min(spoken.end, run.end):
                found.append(_Overlap(start, spoken, run, min(run.end, again)))
    return found


def _interrupts(overlap: _Overlap, agent: list[Run], log: list[Event]) -> bool:
    if log:
        return any(overlap.start <= t <= overlap.until + 0.1 for t in _times(log, "yield"))
    silent = overlap.agent.end
    following = next((run.start for run in agent if run.start >= silent), float("inf"))
    return silent - overlap.start <= STOP_WITHIN and following - silent >= STOP_LASTS


def _stop(overlap: _Overlap, said: Levels, log: list[Event]) -> Stop:
    start, silent = overlap.start, overlap.agent.end
    duck = next((t for t in _times(log, "duck") if start <= t <= silent + 0.1), None)
    ducked = silent if duck is None else _ducked(said, start, duck, silent)
    return Stop(start, ducked - start, silent - start)


def _ducked(said: Levels, start: float, event: float, end: float) -> float:
    """When the agent became `DUCK_DB` quieter than it was, in the sound, near the log's word for it."""
    usual = float(np.percentile(said[max(0, _hop(start - 1.0)) : _hop(start) + 1], 90))
    # The first ducked block begins at the time of the event; before it, quiet is the speech's own.
    for hop in range(_hop(max(start, event)), _hop(min(end, event + 0.3))):
        if said[hop : hop + _hop(0.08)].max() <= usual - DUCK_DB:
            return hop * HOP_SECONDS
    return end


def _hop(t: float) -> int:
    return round(t / HOP_SECONDS)


def _went_on(overlap: _Overlap, said: Levels) -> WentOn:
    start, end = overlap.start, overlap.user.end
    heard = said[_hop(start) : _hop(end + 1.0)] >= threshold(said)
    loud = np.flatnonzero(np.concatenate(([True], heard, [True])))
    return WentOn(start, end, float((np.diff(loud) - 1).max()) * HOP_SECONDS)

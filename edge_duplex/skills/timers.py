"""Timers: set, ask how long is left, cancel. Several at once, with a name or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from edge_duplex.skills.durations import (
    CORRECTIONS,
    find_duration,
    seconds_in,
    speak_adjective,
    speak_duration,
)
from edge_duplex.skills.numbers import tokens
from edge_duplex.skills.protocol import Answer, Due, Scene

LONGEST = 7 * 86400
"""Seconds. A longer one is more likely misheard than meant."""
ALL = frozenset(("all", "every", "everything", "both", "timers"))
_ASKING = (
    "a an the my our your for of to on in at and is it that this me please set start put another new timer "
    "timers one called named with"
)
_NO_NAME = CORRECTIONS | frozenset(_ASKING.split())
"""Words that cannot begin or end a timer's name."""


@dataclass(frozen=True, slots=True)
class Timer:
    number: int
    """Counts the timers ever set; what an effect knows its timer by."""
    label: str
    """"pasta", or "" for one without a name."""
    seconds: int
    due: datetime

    @property
    def spoken(self) -> str:
        """As in: pasta timer, five minute timer."""
        return f"{self.label or speak_adjective(self.seconds)} timer"

    def left(self, now: datetime) -> int:
        """Whole seconds, rounded up, never below 0."""
        return max(0, -int(-(self.due - now).total_seconds() // 1))


class Timers:
    """Those that run, in the order in which they were set. Time is an argument."""

    def __init__(self) -> None:
        self._running: list[Timer] = []
        self._count = 0

    @property
    def running(self) -> tuple[Timer, ...]:
        return tuple(self._running)

    def add(self, label: str, seconds: int, due: datetime) -> None:
        self._count += 1
        self._running.append(Timer(self._count, label, seconds, due))

    def remove(self, numbers: Iterable[int]) -> None:
        """Those that no longer run are passed over."""
        gone = set(numbers)
        self._running = [timer for timer in self._running if timer.number not in gone]

    def due(self, now: datetime) -> list[Due]:
        """Takes out those whose time has come, the earliest first."""
        done = sorted((t for t in self._running if t.due <= now), key=lambda t: (t.due, t.number))
        self.remove(timer.number for timer in done)
        return [Due(f"Your {timer.spoken} is done.", timer.spoken) for timer in done]

    def memory(self) -> list[dict[str, Any]]:
        """JSON."""
        return [{"label": t.label, "seconds": t.seconds, "due": t.due.isoformat()} for t in self._running]

    def restore(self, memory: Iterable[Mapping[str, Any]]) -> None:
        """In place of those that run. What came due meanwhile is due at once.

        Raises KeyError, TypeError or ValueError, and changes nothing, where it is not from `memory`.
        """
        kept = [(str(m["label"]), int(m["seconds"]), datetime.fromisoformat(m["due"])) for m in memory]
        self._running = []
        for label, seconds, due in kept:
            self.add(label, seconds, due)

    def named(self, words: str) -> list[Timer]:
        """Those the words can mean: by name, by length, by rank; all of them where the words name none."""
        asked = [word for word in tokens(words) if word not in _NO_NAME or word in ("new", "one")]
        if not asked or not self._running:
            return list(self._running)
        by_label = [t for t in self._running if t.label and set(t.label.split()) & set(asked)]
        length = seconds_in(words)
        by_length = [t for t in self._running if t.seconds == length]
        return by_label or by_length or self._ranked(asked)

    def _ranked(self, asked: list[str]) -> list[Timer]:
        by_length = sorted(self._running, key=lambda t: t.seconds)
        ranks = (
            (("first",), self._running[:1]),
            (("second",), self._running[1:2]),
            (("third",), self._running[2:3]),
            (("last", "latest", "newest", "new"), self._running[-1:]),
            (("short", "shorter", "shortest"), by_length[:1]),
            (("long", "longer", "longest"), by_length[-1:]),
            (("other", "one", *ALL), self._running),
        )
        return next((list(meant) for names, meant in ranks if not set(names).isdisjoint(asked)), [])


def _label(words: list[str]) -> str:
    """What is left of the words is the name: without articles at its ends, nor the words of asking."""
    while words and words[0] in _NO_NAME:
        words = words[1:]
    while words and words[-1] in _NO_NAME:
        words = words[:-1]
    return " ".join(words)


def _list(items: list[str], joint: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}"


class TimerSet:
    name = "timer.set"

    def __init__(self, timers: Timers) -> None:
        self._timers = timers

    def answer(self, words: str, scene: Scene) -> Answer:
        said = tokens(words)
        duration = find_duration(said)
        label = _label(said[: duration.begin] + said[duration.end :]) if duration else ""
        seconds = round(duration.seconds) if duration else 0
        if seconds < 1:
            return Answer("For how long?")
        if seconds > LONGEST:
            return Answer("I can't set a timer for more than a week. For how long?")
        spoken = speak_duration(seconds)
        text = f"Okay, {spoken} on the {label} timer." if label else f"Okay, {spoken}, starting now."
        args: dict[str, Any] = {"seconds": seconds} | ({"label": label} if label else {})
        due = scene.now + timedelta(seconds=seconds)
        return Answer(text, args, {"due": due.isoformat()}, lambda: self._timers.add(label, seconds, due))


class TimerLeft:
    name = "timer.left"

    def __init__(self, timers: Timers) -> None:
        self._timers = timers

    def answer(self, words: str, scene: Scene) -> Answer:
        if not self._timers.running:
            return Answer("There is no timer running.", result=[])
        meant = self._timers.named(words)
        unknown = "" if meant else "I don't know that one. "
        meant = meant or list(self._timers.running)
        left = [timer.left(scene.now) for timer in meant]
        if len(meant) == 1 and not unknown:
            text = f"{_about(left[0]).capitalize()} left."
        else:
            parts = [f"{_about(s)} left on your {t.spoken}" for t, s in zip(meant, left, strict=True)]
            text = f"{unknown}There {'is' if left[0] == 1 else 'are'} {_list(parts, 'and')}."
        args = {"label": meant[0].label} if len(meant) == 1 and meant[0].label else {}
        return Answer(text, args, left)


def _about(seconds: int) -> str:
    """Nobody wants the seconds of an hour."""
    return speak_duration(seconds if seconds < 3600 else seconds - seconds % 60)


class TimerCancel:
    name = "timer.cancel"

    def __init__(self, timers: Timers) -> None:
        self._timers = timers

    def answer(self, words: str, scene: Scene) -> Answer:
        running = self._timers.running
        if not running:
            return Answer("There is no timer running.", result=0)
        meant = self._timers.named(words)
        names = [timer.spoken for timer in meant]
        if not meant:
            known = _list([timer.spoken for timer in running], "and")
            return Answer(f"I don't know that one. There is your {known}.", result=0)
        every = not ALL.isdisjoint(tokens(words))
        if len(meant) > 1 and not every:
            return Answer(f"Which one, the {_list(names, 'or the')}?", result=0)
        text = (
            f"Okay, your {names[0]} is cancelled." if len(meant) == 1 else "Okay, your timers are cancelled."
        )
        numbers = [timer.number for timer in meant]
        args = {"label": meant[0].label} if len(meant) == 1 and meant[0].label else {}
        return Answer(text, args, len(meant), lambda: self._timers.remove(numbers))

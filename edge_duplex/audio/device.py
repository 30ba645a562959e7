"""What every source and sink of sound is to the program: something that asks for a block every 20 ms.

A device hears a block and plays the one it is given back. A *paced* device has a clock of its own, a sound
card's or a thread's, and calls the engine from there; its `pump` only watches. One that is not paced plays a
block at each `pump`, as fast as it is pumped, so that an hour replays in seconds.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from edge_duplex.audio.frames import BLOCK_MS, Samples, silence

BLOCK_S = BLOCK_MS / 1000

Block: TypeAlias = Callable[[Samples], Samples]
"""The engine: what was heard to what is said, both int16 of shape (block_samples(sample_rate),)."""
Say: TypeAlias = Callable[[str], None]
"""Tells the user, in one line. Called from the thread that pumps, or from a file device's own; never from a
sound card's callback."""


class Meter:
    """How long things took, in bins of 0.1 ms. Adding is cheap enough for a callback and makes no garbage."""

    _bins_per_ms = 10
    _most_ms = 100

    def __init__(self) -> None:
        self._bins = [0] * (self._bins_per_ms * self._most_ms + 1)
        self.most_ms = 0.0

    def add(self, seconds: float) -> None:
        ms = seconds * 1000
        self._bins[min(int(ms * self._bins_per_ms), len(self._bins) - 1)] += 1
        self.most_ms = max(self.most_ms, ms)

    @property
    def count(self) -> int:
        return sum(self._bins)

    def percentile(self, percent: float) -> float:
        """In ms, rounded up to the next 0.1; 0 if nothing was added, `most_ms` beyond 100 ms."""
        wanted = max(1, math.ceil(self.count * percent / 100))
        seen = 0
        for place, count in enumerate(self._bins):
            seen += count
            if count and seen >= wanted:
                last = place == len(self._bins) - 1
                return self.most_ms if last else min(self.most_ms, (place + 1) / self._bins_per_ms)
        return 0.0


@dataclass(slots=True)
class Faults:
    """What went wrong with the sound since the start; counted where logging would be too slow."""

    late: int = 0
    """Blocks that took longer than a block, or that a paced thread came to over a block too late."""
    underruns: int = 0
    """Times the sound card had nothing to play."""
    overruns: int = 0
    """Times the sound card had to throw away what it heard."""
    failed: int = 0
    """Blocks the engine raised on, which were played as silence."""
    collided: int = 0
    """Blocks that came while another thread was in the engine, which were played as silence."""
    gone: int = 0
    """Times the device vanished."""
    error: BaseException | None = None
    """The first exception of the engine."""
    compute: Meter = field(default_factory=Meter)
    """The engine's time for a block."""


class Device(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def paced(self) -> bool:
        """It keeps its own time: pump every 50 ms or so. Otherwise pump as often as there is nothing else to
        do."""
        ...

    @property
    def faults(self) -> Faults: ...

    def start(self, block: Block) -> None:
        """Begin. Raises DeviceError if there is no such device or it cannot be opened."""
        ...

    def pump(self) -> bool:
        """Watch over it, or play the next block. False when it has come to its end. Raises what the engine
        raised, except on a sound card, which says it once and goes on."""
        ...

    def close(self) -> None:
        """Stop; the engine is not called any more after this. May be called twice, and before `start`."""
        ...


class Turnstile:
    """Lets one thread at a time into the engine and makes nobody wait: who finds it taken gets silence."""

    def __init__(self, block: Block, faults: Faults, now: Callable[[], float] = time.perf_counter) -> None:
        self._block, self._faults, self._now = block, faults, now
        self._lock = threading.Lock()

    def __call__(self, heard: Samples) -> Samples:
        if not self._lock.acquire(blocking=False):
            self._faults.collided += 1
            return silence(len(heard))
        try:
            began = self._now()
            said = self._block(heard)
            spent = self._now() - began
        finally:
            self._lock.release()
        self._faults.compute.add(spent)
        if spent > BLOCK_S:
            self._faults.late += 1
        return said


class Clock(Protocol):
    def now(self) -> float:
        """Seconds; never goes back."""
        ...

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        """Return at that moment, at once if it is past, or when `stop` is set."""
        ...


class RealClock:
    def now(self) -> float:
        return time.perf_counter()

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        left = moment - self.now()
        if left > 0:
            stop.wait(left)


def run_paced(step: Callable[[], bool], clock: Clock, stop: threading.Event, begin: float, faults: Faults) -> None:
    """Call `step` at the end of every block since `begin`, until it returns False or `stop` is set.

    The deadlines are absolute, so nothing drifts: after a hold-up the missed blocks follow at once.
    """
    blocks = 0
    while True:
        blocks += 1
        deadline = begin + blocks * BLOCK_S
        clock.wait_until(deadline, stop)
        if stop.is_set():
            return
        if clock.now() - deadline > BLOCK_S:
            faults.late += 1
        if not step():
            return


def ignore(text: str) -> None:
    """A `Say` for when nobody is listening."""

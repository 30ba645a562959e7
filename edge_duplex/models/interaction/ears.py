"""The ears: when to recognise, and which words to believe.

A recogniser costs most of a core while it runs, and hears words in noise. So it runs only from a little
before the user's voice is noticed (the pre-roll: the first sound of a word is quieter than what wakes the
detector) to the end of the silence that closes an utterance. In between, everything else is free.

    idle ── voice ──> open ── silence >= SETTLE_MS ──> final, idle
                       │ └─── voice, but no new word for STALE_MS ──> final, open anew
                       └───── longer than LONG_MS ──> the words so far are kept, the recogniser begins anew

The recogniser itself is behind `Recogniser`; the gate is pure and is tested with one that is written down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from edge_duplex.audio.frames import FRAME_MS, Samples, frame_samples
from edge_duplex.models.interaction.protocols import Hypothesis
from edge_duplex.models.protocol import FloorReport, Word

RATE = 16000
PRE_ROLL_MS = 400
"""Sound from before the voice was noticed that is recognised with it."""
SETTLE_MS = 800
"""A silence this long closes an utterance; a shorter one is a pause in it."""
STALE_MS = 2400
"""Words that nothing has followed for so long are final, whatever the voice detector says."""
LONG_MS = 12_000
"""From here on the recogniser begins anew at the next short silence,"""
LONGEST_MS = 20_000
"""and here at once: what it keeps grows with the utterance."""
CATCH_UP = 3
"""Frames recognised in one step at most: the pre-roll is worked off over a few steps, not in the first."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of a recogniser, timed in samples since its `start`."""

    text: str
    start: int
    end: int


class Recogniser(Protocol):
    """One utterance at a time: `start`, `feed` as often as there is sound, `stop`. 16 kHz."""

    def start(self) -> None: ...

    def feed(self, samples: Samples) -> None: ...

    def words(self) -> tuple[Heard, ...]:
        """What it believes now, of all the sound since `start`."""
        ...

    def stop(self) -> None: ...


def _samples(milliseconds: int) -> int:
    return RATE * milliseconds // 1000


class StreamingEars:
    """`Ears` over any `Recogniser`."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._before: deque[Samples] = deque(maxlen=-(-PRE_ROLL_MS // FRAME_MS))
        self._waiting: deque[Samples] = deque()
        self._open = False
        self._origin = 0
        """Session sample at which the recogniser was started."""
        self._kept: tuple[Word, ...] = ()
        """Words of this utterance from before the recogniser last began anew."""

    def hear(self, frame: Samples, floor: FloorReport) -> Hypothesis:
        """One 80 ms frame, whose last sample is `floor.now`."""
        assert frame.shape == (frame_samples(RATE),), frame.shape
        if not self._open:
            if not floor.voice:
                self._before.append(frame)
                return Hypothesis()
            self._begin(floor.now - frame.size * (len(self._before) + 1), self._before)
        self._waiting.append(frame)
        for _ in range(min(CATCH_UP, len(self._waiting))):
            self._recogniser.feed(self._waiting.popleft())
        words = self._words()
        if not floor.voice and floor.silence >= _samples(SETTLE_MS) and not self._waiting:
            self._end()
            return Hypothesis(words, final=True)
        return self._bounded(words, floor)

    def close(self) -> None:
        if self._open:
            self._end()

    def _begin(self, origin: int, sound: deque[Samples]) -> None:
        self._recogniser.start()
        self._open, self._origin = True, origin
        self._waiting.extend(sound)
        self._before.clear()

    def _end(self) -> None:
        self._recogniser.stop()
        self._open, self._kept = False, ()
        self._waiting.clear()

    def _words(self) -> tuple[Word, ...]:
        """The utterance so far, in session samples."""
        heard = self._recogniser.words()
        return self._kept + tuple(Word(word.text, self._origin + word.start, self._origin + word.end) for word in heard)

    def _bounded(self, words: tuple[Word, ...], floor: FloorReport) -> Hypothesis:
        """The open utterance, made final or begun anew where it has gone on for too long."""
        done = floor.now - sum(frame.size for frame in self._waiting)
        if words and done - words[-1].end >= _samples(STALE_MS):
            self._end()
            self._begin(done, deque())
            return Hypothesis(words, final=True)
        length = done - self._origin
        quiet = floor.silence >= _samples(2 * FRAME_MS)
        if length >= _samples(LONGEST_MS) or (length >= _samples(LONG_MS) and quiet):
            waiting = deque(self._waiting)
            self._end()
            self._begin(done, waiting)
            self._kept = words
        return Hypothesis(words)

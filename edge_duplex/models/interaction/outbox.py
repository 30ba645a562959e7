"""What the agent is saying: sound handed out a cushion ahead of the loudspeaker, words credited once played.

Positions are samples of the present turn, as the floor counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edge_duplex.audio.frames import Samples, frame_samples
from edge_duplex.models.interaction.protocols import Speech
from edge_duplex.models.protocol import FloorReport, Said, Word

CUSHION_FRAMES = 3
"""Given at once when speech starts."""
AHEAD_FRAMES = 4
"""Kept between what was given and what was played: the cushion, and a frame that is on its way."""


class Outbox:
    def __init__(self, sample_rate: int) -> None:
        self._frame = frame_samples(sample_rate)
        self._turn: int | None = None
        self._given = 0
        self._rest: list[Samples] = []
        self._open = False
        self._words: list[Word] = []
        self._flushing = False
        self._aside = False

    # --- what became of it ---

    def heard(self, floor: FloorReport) -> list[Word]:
        """Words that were played to their end since the last call, in samples of the session. Call once a
        step."""
        if self._turn is None:
            self._turn, self._given = floor.turn, floor.played + floor.pending
        flushed = floor.turn != self._turn
        played = floor.cut if flushed else floor.played
        done = [word for word in self._words if word.end <= played]
        self._words = [word for word in self._words if word.end > played]
        if flushed:
            self._turn, self._given = floor.turn, 0
            self._forget()
            self._flushing = False
        elif self._flushing and not floor.pending and floor.played >= self._given:
            self._flushing = False  # it had all been played before the yield came: there was nothing to flush
        offset = floor.now - played
        return [replace(word, start=word.start + offset, end=word.end + offset) for word in done]

    def _forget(self) -> None:
        self._rest, self._words, self._open = [], [], False

    def busy(self, floor: FloorReport) -> bool:
        """Something is still to be given or played."""
        return self._open or self._given > floor.played

    def speaking(self, floor: FloorReport) -> bool:
        """The agent has the floor, or a share of it: a sign of listening does not count, nor does a flush
        under way."""
        return not self._flushing and not self._aside and self.busy(floor)

    @property
    def flushing(self) -> bool:
        """The floor was given up, and the loudspeaker has not yet said so."""
        return self._flushing

    @property
    def wants_more(self) -> bool:
        """Begun, and nearly all of what was put in is given: put in the rest, or finish."""
        return self._open and sum(map(len, self._rest)) < 2 * AHEAD_FRAMES * self._frame

    # --- saying it ---

    def begin(self, speech: Speech, aside: bool = False) -> tuple[Word, ...]:
        """A new utterance, open until `finish`. Returns its words in samples of the turn."""
        self._open, self._aside = True, aside
        return self.add(speech)

    def add(self, speech: Speech) -> tuple[Word, ...]:
        """More of the present utterance, after all that was put in before."""
        at = self._given + sum(map(len, self._rest))
        words = tuple(replace(word, start=word.start + at, end=word.end + at) for word in speech.words)
        self._words += words
        self._rest.append(speech.samples)
        return words

    def take(self, floor: FloorReport, more_to_come: bool) -> Said:
        """What to give in this step."""
        if not self._open or self._flushing:
            return Said()
        ahead = max(0, self._given - floor.played)
        wanted = CUSHION_FRAMES if ahead == 0 else AHEAD_FRAMES - ahead // self._frame
        samples = self._cut(max(0, wanted) * self._frame)
        self._given += len(samples)
        last = not self._rest and not more_to_come
        self._open = not last
        return Said(samples, last=last, backchannel=self._aside)

    def _cut(self, count: int) -> Samples:
        sound = np.concatenate([np.zeros(0, dtype=np.int16), *self._rest])
        given, rest = sound[:count], sound[count:]
        self._rest = [rest] if len(rest) else []
        return given

    def yields(self) -> None:
        """Give up the floor: nothing more of this turn."""
        self._rest, self._open, self._flushing = [], False, True


def joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)

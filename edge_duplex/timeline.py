"""The timeline: what was heard and what was really said, both channels, in samples. It is the truth.

The context of the interaction model, the log, the picture and what survives a crash of the model are all views
of it. A user's words stay open to revision while the recogniser is still making up its mind; an agent's word
enters only once the loudspeaker has played it to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge_duplex.models.protocol import Word


class Who(StrEnum):
    USER = "user"
    AGENT = "agent"
    CUE = "cue"
    """Not a voice: something that has come due (a timer, a notice), in words, for the model to speak of."""


@dataclass(frozen=True, slots=True, order=True)
class Spoken:
    """A word on the timeline; ordered by the sample at which it had been heard to its end."""

    end: int
    start: int
    who: Who
    text: str


class Timeline:
    """Settled words of both channels, and the user's utterance that is still being revised."""

    def __init__(self, past: Iterable[Spoken] = ()) -> None:
        self._settled: list[Spoken] = sorted(past)
        self._open: tuple[Spoken, ...] = ()

    def hear(self, words: Sequence[Word]) -> None:
        """Replace the user's open utterance by the recogniser's present belief (session samples)."""
        self._open = tuple(Spoken(w.end, w.start, Who.USER, w.text) for w in words)

    def settle(self) -> None:
        """The open utterance is final: it will not be revised again."""
        self._settled = sorted([*self._settled, *self._open])
        self._open = ()

    def play(self, word: Word) -> None:
        """An agent's word has been played to its end (session samples)."""
        self._insert(Spoken(word.end, word.start, Who.AGENT, word.text))

    def cue(self, now: int, text: str) -> None:
        """Something has come due at sample `now`."""
        self._insert(Spoken(now, now, Who.CUE, text))

    def _insert(self, spoken: Spoken) -> None:
        self._settled = sorted([*self._settled, spoken])

    @property
    def open(self) -> tuple[Spoken, ...]:
        """The user's words that may still change."""
        return self._open

    @property
    def spoken(self) -> list[Spoken]:
        """Every word, settled and open, in the order in which they were heard to their ends."""
        return sorted([*self._settled, *self._open])


def played_words(words: Iterable[Word], played: int) -> list[Word]:
    """Those words of a turn whose last sample is among the first `played` samples of that turn."""
    return [word for word in words if word.end <= played]

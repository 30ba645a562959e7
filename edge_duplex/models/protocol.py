"""What passes between the audio process and a duplex model.

The audio process owns the truth about the loudspeaker; the model process owns the words. Every 80 ms the model
is given the frame that was heard and a `FloorReport` of what was really played, and gives back what it says.
It never waits for a turn: most of what it says is nothing.

Samples of speech are counted from the start of the present *turn*. A turn ends when a yield flushes what was
still to be played: its number goes up by one, and sound that carries an older number is never heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from edge_duplex.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it sounds.

    `start` and `end` are in samples: of the session for a user's word, of the turn for an agent's.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FloorReport:
    """What was true at the loudspeaker and the microphone at the end of the frame just heard."""

    now: int
    """Samples since the session began, at the end of the heard frame."""
    turn: int
    """The present turn number; `Said` for an older one is dropped."""
    played: int
    """Samples of this turn the loudspeaker has played."""
    pending: int
    """Samples of this turn that have arrived and are still to be played."""
    voice: int
    """Samples the user's present run of voice has lasted; 0 while the user is silent."""
    silence: int
    """Samples since the user's last voiced block; 0 while the user is speaking, `now` if never."""
    cut: int = 0
    """Samples of the turn before this one that had been played when it was flushed."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the event log that only the model knows: user_text, skill, backchannel, ..."""

    event: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def _no_sound() -> Samples:
    return np.zeros(0, dtype=np.int16)


@dataclass(frozen=True, slots=True)
class Said:
    """What a model gives back for one heard frame. `Said()` is silence."""

    samples: Samples = field(default_factory=_no_sound)
    """Sound to be played after what was given before in this turn; int16, any length, usually whole frames.
    Giving a few frames at once when speech starts is how a model that is faster than real time stays ahead."""
    last: bool = False
    """The utterance ends with these samples. Running dry before that is an underrun."""
    words: tuple[Word, ...] = ()
    """The words of utterances begun in this step, timed in samples of the turn."""
    yields: bool = False
    """Give the floor to the user now: fade out, drop what is pending, begin the next turn."""
    backchannel: bool = False
    """These samples are an "uh-huh": they do not take the floor."""
    notes: tuple[Note, ...] = ()


class DuplexModel(Protocol):
    """A model that hears and speaks at once."""

    @property
    def sample_rate(self) -> int:
        """Hz, of the frames it hears and of the samples it says."""
        ...

    def step(self, heard: Samples, floor: FloorReport) -> Said:
        """One frame: `heard` is int16 of shape (frame_samples(sample_rate),). Must return within 80 ms."""
        ...

    def close(self) -> None: ...

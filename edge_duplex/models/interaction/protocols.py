"""Ears and mouth of the interaction model: small protocols, so that better ones drop in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_duplex.audio.frames import Samples
from edge_duplex.models.protocol import FloorReport, Word


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the user is believed to have said in the present utterance."""

    words: tuple[Word, ...] = ()
    """In session samples; fillers and silence left out, lower case, no pronunciation marks."""
    final: bool = False
    """The utterance is over and these words will not change; the next frame begins a new one."""


class Ears(Protocol):
    """A streaming recogniser. 16 kHz."""

    def hear(self, frame: Samples, floor: FloorReport) -> Hypothesis:
        """One 80 ms frame, whose last sample is `floor.now`. Returns the present belief; empty between utterances."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken text. `words` are timed in samples from its own first sample."""

    samples: Samples
    words: tuple[Word, ...]


class Mouth(Protocol):
    """A synthesiser."""

    @property
    def sample_rate(self) -> int: ...

    def say(self, text: str) -> Speech:
        """The whole text as sound. Empty or unspeakable text gives empty speech."""
        ...

    def close(self) -> None: ...

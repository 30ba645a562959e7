"""A chunk: a piece of an agent's utterance on its way from the model to the loudspeaker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge_duplex.audio.frames import Samples, frame_samples
from edge_duplex.models.protocol import Said


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most one frame of sound, with what the gate must know of it."""

    turn: int
    samples: Samples
    """int16, shape (n,), 0 <= n <= frame_samples(rate)."""
    last: bool = False
    """The utterance ends with this chunk."""
    yields: bool = False
    """Give the floor to the user; the chunk has no sound."""
    backchannel: bool = False


def chunks_of(said: Said, turn: int, sample_rate: int) -> Iterator[Chunk]:
    """Cut what a model said into chunks, the yield first. Silence gives none."""
    if said.yields:
        yield Chunk(turn, said.samples[:0], yields=True)
    size, total = frame_samples(sample_rate), len(said.samples)
    for start in range(0, total, size):
        end = start + size
        yield Chunk(turn, said.samples[start:end], said.last and end >= total, backchannel=said.backchannel)
    if said.last and total == 0:
        yield Chunk(turn, said.samples, last=True, backchannel=said.backchannel)

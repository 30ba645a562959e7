"""Where there is sound: levels of a recording, hop by hop, and its runs of sound. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_duplex.audio.frames import Samples

HOP_SECONDS = 0.005
QUIETEST_DBFS = -120.0
ABOVE_FLOOR_DB = 15.0
"""Sound is what stands this far above the quiet of its channel ..."""
BELOW_PEAK_DB = 36.0
"""... and no further than this below its loudest ..."""
LEAST_DBFS = -55.0
"""... and is at least this loud."""
GAP_SECONDS = 0.25
"""Silence inside a word or between two words of one breath, which does not part a run."""
SHORTEST_SECONDS = 0.03
"""Anything shorter is a click."""

Levels = NDArray[np.float64]
"""dBFS (RMS) of each hop, shape (hops,)."""


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """A stretch of sound, in seconds to its first and last hop."""

    start: float
    end: float


def levels(samples: Samples, sample_rate: int) -> Levels:
    """The level of each `HOP_SECONDS` of int16 samples of shape (n,); a last piece of a hop is left out."""
    hop = round(sample_rate * HOP_SECONDS)
    hops = len(samples) // hop
    power = np.empty(hops)
    for at in range(0, hops, 4096):  # in pieces: an hour of sound as floats would be half a gigabyte
        piece = samples[at * hop : min(hops, at + 4096) * hop].astype(np.float64) / 32768.0
        power[at : at + 4096] = np.mean(piece.reshape(-1, hop) ** 2, axis=1)
    return 10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DBFS / 10)))


def threshold(loudness: Levels) -> float:
    """The level, in dBFS, from which a hop of this channel is sound."""
    if not len(loudness):
        return LEAST_DBFS
    floor = float(np.percentile(loudness, 10)) + ABOVE_FLOOR_DB
    peak = float(np.percentile(loudness, 99.9)) - BELOW_PEAK_DB
    # Where one side speaks nearly all the time the tenth percentile is its speech, not its quiet.
    return max(min(floor, peak + 10.0), peak, LEAST_DBFS)


def runs(loudness: Levels, gap_seconds: float = GAP_SECONDS) -> list[Run]:
    """The runs of sound, in order. Two that lie closer than `gap_seconds` are one."""
    loud = np.flatnonzero(loudness >= threshold(loudness))
    if not len(loud):
        return []
    parts = np.flatnonzero(np.diff(loud) > gap_seconds / HOP_SECONDS)
    first = loud[np.concatenate(([0], parts + 1))]
    last = loud[np.concatenate((parts, [len(loud) - 1]))] + 1
    found = [Run(float(a) * HOP_SECONDS, float(b) * HOP_SECONDS) for a, b in zip(first, last, strict=True)]
    return [run for run in found if run.end - run.start >= SHORTEST_SECONDS - 1e-9]

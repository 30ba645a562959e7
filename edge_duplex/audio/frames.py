"""Blocks and frames: the two units of time of the whole program.

A *block* is 20 ms, what the sound card gives and takes. A *frame* is 80 ms (12.5 Hz), what a duplex model
hears and says. Everything else (thresholds, ring sizes, fades) is derived from these two.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

BLOCK_MS = 20
BLOCKS_PER_FRAME = 4
FRAME_MS = BLOCK_MS * BLOCKS_PER_FRAME

Samples: TypeAlias = NDArray[np.int16]
"""Mono sound, int16, shape (n,). A block or a frame where the name says so."""


def block_samples(sample_rate: int) -> int:
    """Samples in one 20 ms block: 320 at 16 kHz, 480 at 24 kHz."""
    return sample_rate * BLOCK_MS // 1000


def frame_samples(sample_rate: int) -> int:
    """Samples in one 80 ms frame: 1280 at 16 kHz, 1920 at 24 kHz."""
    return block_samples(sample_rate) * BLOCKS_PER_FRAME


def blocks_in(milliseconds: float) -> int:
    """The whole number of blocks that covers a time, never fewer than one."""
    return max(1, -int(-milliseconds // BLOCK_MS))


def silence(samples: int) -> Samples:
    return np.zeros(samples, dtype=np.int16)

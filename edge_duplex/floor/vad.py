"""Voice activity, block by block: webrtcvad as the gate, and a level test against what it is known to get wrong.

webrtcvad adapts to the spectrum, and under steady noise of about -30 dBFS it latches to "voice" in every mode. So a
block counts as voiced only if it is also louder than the noise floor, which is followed as the low envelope of the
level: quickly down, slowly up (after Martin, "Noise power spectral density estimation based on optimal smoothing and
minimum statistics", 2001, reduced to one band).
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

import numpy as np
import webrtcvad

from edge_duplex.audio.frames import BLOCK_MS, Samples, blocks_in
from edge_duplex.audio.resample import BlockResampler

RATES = (8000, 16000, 32000, 48000)
"""Hz that webrtcvad takes."""
AGGRESSIVENESS = 2
ABOVE_FLOOR_DB = 8.0
QUIETEST_DBFS = -55.0
"""Below this nothing is speech."""
MINIMUM_WINDOW = blocks_in(1500)


class Vad(Protocol):
    """Says of each block whether it is voice."""

    def voiced(self, block: Samples) -> bool: ...


def dbfs(block: Samples) -> float:
    """RMS level against full scale; -100 for digital silence."""
    power = float(np.mean(np.square(block, dtype=np.float64))) if len(block) else 0.0
    return 10.0 * float(np.log10(max(power, 0.107))) - 90.3


class NoiseFloor:
    """The lowest level, in dBFS, of the last 1.5 s."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=MINIMUM_WINDOW)

    def push(self, level: float) -> float:
        self._levels.append(level)
        return min(self._levels)


class WebRtcVad:
    """16-bit mono of any rate, in 20 ms blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate if sample_rate in RATES else 16000
        self._resample = BlockResampler(sample_rate, self._rate) if self._rate != sample_rate else None
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._floor = NoiseFloor()

    def voiced(self, block: Samples) -> bool:
        level = dbfs(block)
        floor = self._floor.push(level)
        if self._resample is not None:
            block = self._resample.push(block)
        assert len(block) == self._rate * BLOCK_MS // 1000, len(block)
        voice = bool(self._vad.is_speech(block.tobytes(), self._rate))
        return voice and level > max(QUIETEST_DBFS, floor + ABOVE_FLOOR_DB)

"""Sample rates. The only file that knows libsamplerate.

Its sinc converter is centred: output sample k belongs to the same moment as input sample k * from / to, and
the price is a wait of about 1.2 ms, which shows as fewer samples given back by the first push.
"""

from __future__ import annotations

import numpy as np
import samplerate
from numpy.typing import NDArray

from edge_duplex.audio.frames import Samples, block_samples, silence

_SLACK_MS = 1
"""What a BlockResampler keeps in hand: the converter gives a sample or two more or less than the exact
ratio."""


class StreamResampler:
    """Mono int16 from one rate to another, in pushes of any length; gives what it would give offline."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        """Rates in Hz, at most a factor of 256 apart."""
        self._from, self._to = from_rate, to_rate
        self._resampler = None if from_rate == to_rate else samplerate.Resampler("sinc_fastest", 1)
        self._taken = self._given = 0

    def push(self, samples: Samples) -> Samples:
        """int16 (n,) in, int16 (about n * to / from,) out."""
        if self._resampler is None or not len(samples):
            return samples
        out = _to_int16(self._resampler.process(_to_float(samples), self._to / self._from))
        self._taken += len(samples)
        self._given += len(out)
        return out

    def finish(self) -> Samples:
        """The last 1.2 ms, so that n samples have become round(n * to / from). No pushes after this."""
        missing = round(self._taken * self._to / self._from) - self._given
        if self._resampler is None or missing <= 0:
            return silence(0)
        after = silence(2 * (missing * self._from // self._to + 1) + self._from // 200)
        return self.push(after)[:missing]


class BlockResampler:
    """A 20 ms block in, exactly a 20 ms block out: 882 samples at 44.1 kHz to 320 at 16 kHz."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        """Rates in Hz, multiples of 50."""
        self._same = from_rate == to_rate
        self._size = block_samples(to_rate)
        self._stream = StreamResampler(from_rate, to_rate)
        if not self._same:
            # Fills the converter, so that from the first real block on it gives as much as it takes.
            self._stream.push(silence(block_samples(from_rate)))
        self._in_hand = silence(0 if self._same else to_rate * _SLACK_MS // 1000)
        self.short = 0
        """Blocks that had to be filled with silence; stays 0."""

    def push(self, block: Samples) -> Samples:
        """int16 (block_samples(from_rate),) in, int16 (block_samples(to_rate),) out."""
        if self._same:
            return block
        have = np.concatenate((self._in_hand, self._stream.push(block)))
        if len(have) < self._size:
            self.short += 1
            have = np.concatenate((silence(self._size - len(have)), have))
        self._in_hand = have[self._size :]
        return have[: self._size]


def resample_whole(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """A whole sound at once, in the better quality that needs no hurry. int16 (n,) to (round(n * to /
    from),)."""
    if from_rate == to_rate or not len(samples):
        return samples
    wanted = round(len(samples) * to_rate / from_rate)
    out = _to_int16(samplerate.resample(_to_float(samples), to_rate / from_rate, "sinc_medium"))
    return np.concatenate((out, silence(max(0, wanted - len(out)))))[:wanted]


def _to_float(samples: Samples) -> NDArray[np.float32]:
    return samples.astype(np.float32) * np.float32(1 / 32768)


def _to_int16(sound: NDArray[np.float32]) -> Samples:
    scaled: Samples = np.clip(np.rint(sound * np.float32(32768)), -32768, 32767).astype(np.int16)
    return scaled

"""The gate: the last thing between the agent's sound and the loudspeaker.

It holds what has arrived and is still to be played, and gives exactly one block each time it is asked. Every change
of loudness is a straight ramp over one block (20 ms), so no start, duck, gap or flush makes a click. It counts
what was really played: that count is the program's only knowledge of what the user can have heard.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import Samples, block_samples, silence

DUCK_DB = -12.0
DUCKED = 10.0 ** (DUCK_DB / 20.0)


class Gate:
    """Pure; one block out for each `pull`, int16 of shape (block_samples(sample_rate),)."""

    def __init__(self, sample_rate: int) -> None:
        self._block = block_samples(sample_rate)
        self._queue: deque[Chunk] = deque()
        self._offset = 0
        self._gain = 0.0
        self._loudness = 1.0
        self._fading: Samples | None = None
        self.turn = 0
        """Number of the present turn. Chunks of another are refused."""
        self.played = 0
        """Samples of this turn that have been played."""
        self.pending = 0
        """Samples of this turn still to be played."""
        self.cut = 0
        """Samples of the turn before that had been played when it was flushed."""
        self.underruns = 0
        """Times an utterance ran dry before its end."""
        self._speaking = False
        self._backchannel = False
        self._dry = False

    @property
    def speaking(self) -> bool:
        """An utterance has begun and not ended, whether or not a backchannel."""
        return self._speaking

    def offer(self, chunk: Chunk) -> bool:
        """Take sound to be played. False if it belongs to another turn: it will never be heard."""
        if chunk.turn != self.turn:
            return False
        self._queue.append(chunk)
        self.pending += len(chunk.samples)
        return True

    def begins(self) -> bool:
        """Start the next utterance if one is waiting and none is under way. True if it takes the floor."""
        if self._speaking or not self._queue:
            return False
        self._speaking, self._dry, self._backchannel = True, False, self._queue[0].backchannel
        return not self._backchannel

    @property
    def ducked(self) -> bool:
        return self._loudness < 1.0

    def duck(self) -> None:
        self._loudness = DUCKED

    def unduck(self) -> None:
        self._loudness = 1.0

    def flush(self) -> None:
        """Fade out over the next block, drop the rest, begin the next turn."""
        self._fading, _ = self._take(self._block)
        self._queue.clear()
        self._offset = 0
        self.turn, self.cut, self.played, self.pending = self.turn + 1, self.played, 0, 0
        self._speaking = self._backchannel = self._dry = False
        self.unduck()

    def pull(self) -> tuple[Samples, bool]:
        """The next block, and whether the utterance ended with it."""
        if self._fading is not None:
            fading, self._fading = self._fading, None
            return self._ramped(fading, 0.0), False
        if not self._speaking:
            return self._ramped(silence(0), 0.0), False
        sound, ended = self._take(self._block)
        self.played += len(sound)
        self.pending -= len(sound)
        dry = len(sound) < self._block and not ended
        if dry and not self._dry:
            self.underruns += 1
        self._dry = dry
        if ended:
            self._speaking = self._backchannel = False
        return self._ramped(sound, 0.0 if dry or ended else self._loudness), ended

    def _take(self, wanted: int) -> tuple[Samples, bool]:
        """Up to `wanted` samples of the present utterance, and whether they are its last."""
        parts: list[Samples] = [silence(0)]
        while self._queue and wanted:
            chunk = self._queue[0]
            part = chunk.samples[self._offset : self._offset + wanted]
            parts.append(part)
            wanted -= len(part)
            self._offset += len(part)
            if self._offset < len(chunk.samples):
                break
            self._queue.popleft()
            self._offset = 0
            if chunk.last:
                return np.concatenate(parts), True
        return np.concatenate(parts), False

    def _ramped(self, sound: Samples, target: float) -> Samples:
        """One block: `sound` under a gain that goes in a straight line to `target`, then silence."""
        start, self._gain = self._gain, target
        if not start == target == 1.0:
            gain = np.linspace(start, target, len(sound), endpoint=False, dtype=np.float32)
            sound = (sound * gain).astype(np.int16)
        return np.concatenate([sound, silence(self._block - len(sound))])

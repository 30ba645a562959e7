"""From voiced and unvoiced blocks to "the user starts" and "the user stops".

One voiced block is a click; one unvoiced block is a stop consonant. A start needs most of a short window voiced; a
stop needs an unbroken run of silence. The times it reports are those of the sound, not of the decision.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from edge_duplex.audio.frames import blocks_in

START_WINDOW = blocks_in(80)
START_VOICED = blocks_in(60)
STOP_SILENT = blocks_in(240)


class Endpoint(Enum):
    START = "start"
    STOP = "stop"


class Endpointer:
    """Counts blocks; `push` one a block. `voice` and `silence` are lengths in blocks, at most one of them not 0."""

    def __init__(self) -> None:
        self._window: deque[bool] = deque(maxlen=START_WINDOW)
        self.speaking = False
        self.voice = 0
        """Blocks since the first voiced sound of this speech; 0 while silent."""
        self.silence = 0
        """Blocks since the last voiced sound."""
        self._run = 0

    def push(self, voiced: bool) -> Endpoint | None:
        self._window.append(voiced)
        self.silence = 0 if voiced else self.silence + 1
        if not self.speaking:
            return self._maybe_start()
        self._run += 1
        self.voice = 0 if self.silence else self._run
        if self.silence < STOP_SILENT:
            return None
        self.speaking, self.voice, self._run = False, 0, 0
        self._window.clear()
        return Endpoint.STOP

    def _maybe_start(self) -> Endpoint | None:
        if sum(self._window) < START_VOICED:
            return None
        # The speech began with the first voiced block of the window that made us sure of it.
        self._run = len(self._window) - list(self._window).index(True)
        self.voice = 0 if self.silence else self._run
        self.speaking = True
        return Endpoint.START

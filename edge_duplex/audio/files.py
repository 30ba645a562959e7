"""A WAV file as the microphone, and a tape as the loudspeaker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

import numpy as np

from edge_duplex.audio.device import Block, Clock, Faults, RealClock, Say, Turnstile, ignore, run_paced
from edge_duplex.audio.frames import Samples, block_samples, blocks_in, silence
from edge_duplex.audio.tape import WavTape
from edge_duplex.audio.wav import Sound
from edge_duplex.errors import SoundFileError

TAIL_MS = 15_000
"""The longest silence played after the file, for an agent that never finishes."""

Pace = Literal["real", "fast"]


def _never() -> bool:
    return False


class FileDevice:
    """Plays a sound as the microphone; what the engine says goes onto the tape.

    The tape is aligned with the sound by the sample: what the engine answers to block k is played as block k
    + 1, as by a card, and the first block played is silent. After the sound the engine hears silence until
    `finished()`, 15 s at most; the tape is at least as long as the sound.
    """

    paced: bool

    def __init__(
        self,
        sound: Sound,
        *,
        pace: Pace = "real",
        tape: WavTape | None = None,
        finished: Callable[[], bool] = _never,
        say: Say = ignore,
        clock: Clock | None = None,
    ) -> None:
        """`sound` is at the engine's rate, and the tape too. `real` calls the engine from a thread of its
        own, 50 times a second; `fast` from `pump`. `finished` is asked after the end of the sound, on that
        thread."""
        self.name = sound.name
        self.paced = pace == "real"
        self.faults = Faults()
        self._sound = sound.samples
        self._size = block_samples(sound.sample_rate)
        self._tape, self._finished, self._say = tape, finished, say
        self._clock = clock or RealClock()
        self._blocks = 0
        self._playing = silence(self._size)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._engine: Turnstile | None = None
        self._over = False

    def start(self, block: Block) -> None:
        self._engine = Turnstile(block, self.faults, self._clock.now)
        if self.paced:
            self._thread = threading.Thread(target=self._run, name="file", daemon=True)
            self._thread.start()

    def pump(self) -> bool:
        if not self.paced and not self._over:
            self._over = not self._step()
        if self.faults.error:
            raise self.faults.error
        return not self._over

    def close(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
            self._thread = None
        self._over = True
        if self._tape:
            tape, self._tape = self._tape, None
            if self._blocks:
                self._write(tape, self._playing)
            tape.close()

    def _run(self) -> None:
        try:
            run_paced(self._step, self._clock, self._stop, self._clock.now(), self.faults)
        except BaseException as problem:  # Handed to the thread that pumps.
            self.faults.failed += 1
            self.faults.error = problem
        self._over = True

    def _step(self) -> bool:
        """One block; False, and nothing done, when all is over."""
        assert self._engine is not None, "start first"
        heard = self._next()
        if heard is None:
            return False
        if self._tape:
            self._write(self._tape, self._playing)
        self._blocks += 1
        self._playing = self._engine(heard)
        return True

    def _next(self) -> Samples | None:
        start = self._blocks * self._size
        heard = self._sound[start : start + self._size]
        if len(heard) == self._size:
            return heard
        if len(heard) == 0:
            tail = self._blocks - -(-len(self._sound) // self._size)
            if tail >= blocks_in(TAIL_MS) or self._finished():
                return None
        return np.concatenate((heard, silence(self._size - len(heard))))

    def _write(self, tape: WavTape, block: Samples) -> None:
        try:
            tape.write(block)
        except SoundFileError as problem:
            self._say(str(problem))

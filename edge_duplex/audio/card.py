"""The sound card: one full-duplex stream, at the card's own rate, that outlives the card.

PortAudio calls from a thread of its own, and must be given a full block within 20 ms whatever happens: a
callback that raises, or returns too little, ends the stream without a word. Streams also die silently of
themselves, and a sound server that is restarted takes all of them with it. So nobody trusts a stream: it is
believed to live while its callbacks come. When they stop, a thread feeds the engine silence at the same pace,
because the conversation's time is the sample counter, and a new stream is tried for every second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from edge_duplex.audio.device import Block, Clock, Faults, RealClock, Say, Turnstile, ignore, run_paced
from edge_duplex.audio.frames import Samples, block_samples, silence
from edge_duplex.audio.ports import PortAudio, Stream, StreamPlan, choose, plans, refusal
from edge_duplex.audio.resample import BlockResampler
from edge_duplex.errors import DeviceError

START_LIMIT_S = 3.0
"""Until the first callback; a sound server may have to be started first."""
STALL_LIMIT_S = 0.5
RETRY_S = 1.0
CLOSE_LIMIT_S = 3.0
"""A dead stream may never finish closing; after this the next one is tried all the same."""


class Watchdog:
    """Whether callbacks still come. Pure."""

    def __init__(self, now: float) -> None:
        self._last = now
        self._beats = 0
        self._limit = START_LIMIT_S

    def stalled(self, beats: int, now: float) -> bool:
        """`beats`: callbacks so far. True when there has been none for too long."""
        if beats != self._beats:
            self._beats, self._last, self._limit = beats, now, STALL_LIMIT_S
        return now - self._last > self._limit


class _Line:
    """One stream's callback: the card's sound to the engine's and back. Never raises, never waits."""

    def __init__(self, plan: StreamPlan, engine: Turnstile, sample_rate: int, faults: Faults, clock: Clock) -> None:
        assert plan.input is not None
        self._engine, self._faults, self._clock = engine, faults, clock
        self._channels = plan.input.channels
        self._block = plan.block
        self._inward = BlockResampler(plan.sample_rate, sample_rate)
        self._outward = BlockResampler(sample_rate, plan.sample_rate)
        self._silence = bytes(2 * plan.block * self._channels)
        self.beats = 0
        self.last_beat = clock.now()
        self.revoked = False
        """It must not reach the engine: the stream has been given up, or has yet to show that it lives."""

    def __call__(self, heard: bytes, overrun: bool, underrun: bool) -> bytes:
        faults = self._faults
        try:
            self.beats += 1
            self.last_beat = self._clock.now()
            faults.overruns += overrun
            faults.underruns += underrun
            if self.revoked:
                return self._silence
            inward = self._inward.push(self._mono(heard))
            said = self._engine(inward)
            if said.shape != inward.shape:
                raise ValueError(f"a block of shape {said.shape}, not {inward.shape}")
            said = self._outward.push(said)
            return (said if self._channels == 1 else np.repeat(said, self._channels)).tobytes()
        except BaseException as problem:  # An exception here would end the stream; `pump` tells of it.
            faults.failed += 1
            faults.error = faults.error or problem
            return self._silence

    def _mono(self, heard: bytes) -> Samples:
        sound = np.frombuffer(heard, np.int16)
        if self._channels > 1:
            sound = np.rint(sound.reshape(-1, self._channels).mean(axis=1)).astype(np.int16)
        missing = self._block - len(sound)
        return np.concatenate((sound, silence(missing))) if missing > 0 else sound[: self._block]


class Card:
    """A microphone and a loudspeaker."""

    paced = True

    def __init__(
        self,
        open_audio: Callable[[], PortAudio],
        sample_rate: int,
        *,
        microphone: str = "",
        loudspeaker: str = "",
        say: Say = ignore,
        clock: Clock | None = None,
    ) -> None:
        """`sample_rate` is the engine's. `microphone` and `loudspeaker`: part of a name, or a number; empty
        for the default. `open_audio` starts PortAudio anew, which is the only way to see devices that have
        come since."""
        self._open_audio, self._rate = open_audio, sample_rate
        self._wanted = (microphone, loudspeaker)
        self._say, self._clock = say, clock or RealClock()
        self.faults = Faults()
        self.name = "sound card"
        self.plan: StreamPlan | None = None
        self._audio: PortAudio | None = None
        self._stream: Stream | None = None
        self._line: _Line | None = None
        self._engine: Turnstile | None = None
        self._watchdog = Watchdog(0.0)
        self._standin = _Standin(sample_rate, self._clock)
        self._closer: threading.Thread | None = None
        self._lost = False
        self._next_try = 0.0
        self._told_error = False
        self._closed = False

    @property
    def latency_ms(self) -> float:
        """What PortAudio says of its buffers, there and back; 0 while the device is gone."""
        return self._stream.latency_ms if self._stream else 0.0

    def start(self, block: Block) -> None:
        self._engine = Turnstile(block, self.faults, self._clock.now)
        self._open()

    def pump(self) -> bool:
        """Watch: about every 50 ms, always from the same thread."""
        if self._closed:
            return False
        now = self._clock.now()
        if self.faults.error and not self._told_error:
            self._told_error = True
            error = self.faults.error
            self._say(f"a fault in the sound engine, played as silence: {type(error).__name__}: {error}")
        if self._stream and self._line:
            if not self._stream.active or self._watchdog.stalled(self._line.beats, now):
                self._lose(now)
            elif self._lost and self._line.beats:
                self._return()
        elif now >= self._next_try:
            self._try_again(now)
        return True

    def close(self) -> None:
        self._closed = True
        self._standin.stop()
        self._give_back()
        if self._closer:
            self._closer.join(CLOSE_LIMIT_S)

    def _open(self) -> None:
        """Raises DeviceError, and leaves all as it was."""
        audio = self._open_audio()
        try:
            microphone = choose(audio, self._wanted[0], "microphone")
            loudspeaker = choose(audio, self._wanted[1], "loudspeaker")
            if not any(self._begin(audio, plan) for plan in plans(audio, microphone, loudspeaker)):
                raise refusal(audio, microphone, loudspeaker)
        except BaseException:
            audio.close()
            raise

    def _begin(self, audio: PortAudio, plan: StreamPlan) -> bool:
        assert self._engine is not None
        line = _Line(plan, self._engine, self._rate, self.faults, self._clock)
        line.revoked = self._lost
        stream: Stream | None = None
        try:
            stream = audio.open(plan, line)
            stream.start()
        except OSError:
            line.revoked = True
            if stream:
                stream.close()
            return False
        self._audio, self._stream, self._line, self.plan = audio, stream, line, plan
        self._watchdog = Watchdog(self._clock.now())
        self.name = _name(plan)
        return True

    def _lose(self, now: float) -> None:
        assert self._engine is not None
        assert self._line is not None
        last_beat = self._line.last_beat
        self._give_back()
        self._next_try = now + RETRY_S
        if not self._lost:
            self._lost = True
            self.faults.gone += 1
            # From the last block on, so that the engine's time does not stand still meanwhile.
            self._standin.start(self._engine, last_beat)
            self._say(f'the sound device "{self.name}" has gone; trying again')

    def _try_again(self, now: float) -> None:
        if self._closer and self._closer.is_alive() and now < self._next_try + CLOSE_LIMIT_S:
            return
        self._next_try = now + RETRY_S
        with suppress(DeviceError, OSError):
            self._open()

    def _return(self) -> None:
        """A new stream has called back, so there is a card again: from here on it has the engine."""
        assert self._line is not None
        self._standin.stop()
        self._line.revoked = self._lost = False
        self._say(f'the sound device "{self.name}" is back')

    def _give_back(self) -> None:
        """Close the stream and the library elsewhere, because closing a dead stream can take for ever."""
        stream, audio = self._stream, self._audio
        if self._line:
            self._line.revoked = True
        self._stream = self._audio = self._line = None

        def close() -> None:
            for thing in (stream, audio):
                if thing:
                    with suppress(Exception):
                        thing.close()

        if stream or audio:
            self._closer = threading.Thread(target=close, name="closing the sound card", daemon=True)
            self._closer.start()


class _Standin:
    """Calls the engine with silence, at the pace of sound, while there is no card."""

    def __init__(self, sample_rate: int, clock: Clock) -> None:
        self._silence = silence(block_samples(sample_rate))
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, engine: Turnstile, begin: float) -> None:
        """As from the moment `begin`: what has been missed since is made up at once."""
        self._stop = stop = threading.Event()

        def step() -> bool:
            engine(self._silence)
            return True

        args = (step, self._clock, stop, begin, Faults())
        self._thread = threading.Thread(target=run_paced, args=args, name="no sound card", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The engine is free when this returns."""
        self._stop.set()
        if self._thread:
            self._thread.join()
            self._thread = None


def _name(plan: StreamPlan) -> str:
    return " / ".join(dict.fromkeys(leg.device.name for leg in (plan.input, plan.output) if leg))

"""A PortAudio whose devices come, go, refuse and die on command, and a clock that is moved by hand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edge_duplex.audio.frames import Samples
from edge_duplex.audio.ports import Callback, DeviceInfo, Direction, StreamPlan

DUPLEX = DeviceInfo(0, "Desk: USB Audio (hw:1,0)", "ALSA", 1, 2, 48_000)


class FakeStream:
    def __init__(self, plan: StreamPlan, callback: Callback, starts: bool) -> None:
        self.plan, self._callback, self._starts = plan, callback, starts
        self.active = self.started = self.closed = False
        self.latency_ms = 30.0

    def start(self) -> None:
        if not self._starts:
            raise OSError("Unanticipated host error")
        self.active = self.started = True

    def close(self) -> None:
        self.active, self.closed = False, True

    def beat(self, heard: Samples | None = None, overrun: bool = False, underrun: bool = False) -> Samples:
        """The card wants a block: mono in, and what it is given, interleaved as it is."""
        assert self.plan.input is not None
        channels = self.plan.input.channels
        mono = np.zeros(self.plan.block, np.int16) if heard is None else heard
        out = self._callback(np.repeat(mono, channels).tobytes(), overrun, underrun)
        assert len(out) == 2 * channels * self.plan.block
        return np.frombuffer(out, np.int16)


@dataclass
class World:
    """The machine: what is plugged in, and what it does."""

    devices: list[DeviceInfo] = field(default_factory=lambda: [DUPLEX])
    rates: Sequence[int] = (48_000,)
    channels: Sequence[int] = (1, 2)
    opens: bool = True
    starts: bool = True
    together: bool = True
    streams: list[FakeStream] = field(default_factory=list)
    libraries: int = 0
    """Initialised and not closed."""

    def open_audio(self) -> FakeAudio:
        self.libraries += 1
        return FakeAudio(self)


class FakeAudio:
    def __init__(self, world: World) -> None:
        self._world = world

    def devices(self) -> Sequence[DeviceInfo]:
        return self._world.devices

    def default(self, direction: Direction) -> int | None:
        able = [device.index for device in self._world.devices if device.channels(direction)]
        return able[-1] if able else None

    def supports(self, plan: StreamPlan) -> bool:
        legs = [leg for leg in (plan.input, plan.output) if leg]
        if len(legs) == 2 and not self._world.together:
            return False
        return plan.sample_rate in self._world.rates and all(leg.channels in self._world.channels for leg in legs)

    def open(self, plan: StreamPlan, callback: Callback) -> FakeStream:
        if not self._world.opens:
            raise OSError("Device unavailable")
        self._world.streams.append(FakeStream(plan, callback, self._world.starts))
        return self._world.streams[-1]

    def close(self) -> None:
        self._world.libraries -= 1


class HandClock:
    """Time that moves when `advance` is called, and then waits for the threads that wait for it."""

    def __init__(self) -> None:
        self.time = 50.0
        self._moved = threading.Condition()
        self._waiting: dict[int, float] = {}
        """Threads that have come to wait, and for when; -inf while they are about their work."""

    def now(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        with self._moved:
            self.time += seconds
            self._moved.notify_all()
            idle = self._moved.wait_for(lambda: all(m > self.time for m in self._waiting.values()), timeout=5)
            assert idle, "a thread neither waits nor ends"

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        me, moment = threading.get_ident(), moment - 1e-9
        with self._moved:
            self._waiting[me] = moment
            self._moved.notify_all()
            while self.time < moment and not stop.is_set():
                self._moved.wait(0.002)
            if stop.is_set():
                del self._waiting[me]
            else:
                self._waiting[me] = float("-inf")
            self._moved.notify_all()

"""How loud and how late the loudspeaker comes back into the microphone: a chirp is played and looked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from edge_duplex.audio.device import BLOCK_S, Clock, Device, RealClock
from edge_duplex.audio.frames import Samples, block_samples, silence

CHIRP_MS = 120
LISTEN_MS = 1200
"""From the first sample of the chirp; half of it is the longest round trip that can be found."""
LEAD_MS = 400
"""Listened to before the chirp: the room's own noise, and time for the card to settle."""
_SURE = 6.0
"""The peak of the correlation against its root mean square elsewhere."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    round_trip_ms: float
    """From the engine's giving a sample to its hearing it."""
    level_db: float
    """Of the echo, against what was played."""


def chirp(sample_rate: int) -> Samples:
    """Rising from 500 Hz to 3.5 kHz, faded in and out, 12 dB under full scale. int16 (n,)."""
    seconds = np.arange(sample_rate * CHIRP_MS // 1000) / sample_rate
    length = CHIRP_MS / 1000
    phase = 2 * np.pi * (500 * seconds + (3500 - 500) / (2 * length) * seconds**2)
    faded: Samples = np.rint(8192 * np.sin(phase) * np.hanning(len(seconds))).astype(np.int16)
    return faded


def find_echo(played: Samples, heard: Samples, sample_rate: int) -> EchoPath | None:
    """Where `played` is in `heard`, both from the same moment; None if it is not. int16 (n,) and (m,), n <=
    m."""
    size = len(heard) + len(played)
    sound, pattern = heard.astype(np.float64), played.astype(np.float64)
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(pattern, size))
    match = np.fft.irfft(spectrum, size)[: len(heard) - len(played) + 1]
    place = int(np.argmax(np.abs(match)))
    near = sample_rate * 20 // 1000
    elsewhere = np.concatenate((match[: max(0, place - near)], match[place + near :]))
    if not len(elsewhere) or abs(match[place]) <= _SURE * np.sqrt(np.mean(elsewhere**2)):
        return None
    gain = abs(match[place]) / float(pattern @ pattern)
    return EchoPath(1000 * place / sample_rate, 20 * float(np.log10(gain)))


class EchoProbe:
    """An engine that plays one chirp and keeps what it hears."""

    def __init__(self, sample_rate: int) -> None:
        self.done = threading.Event()
        self._rate = sample_rate
        self._size = block_samples(sample_rate)
        self._lead = LEAD_MS * sample_rate // 1000
        self._chirp = chirp(sample_rate)
        listen = LISTEN_MS * sample_rate // 1000
        after = silence(listen + self._size - len(self._chirp))
        self._playing = np.concatenate((silence(self._lead), self._chirp, after))
        self._blocks: list[Samples] = []

    def block(self, heard: Samples) -> Samples:
        at = len(self._blocks) * self._size
        if at + self._size > len(self._playing):
            self.done.set()
            return silence(self._size)
        self._blocks.append(heard.copy())
        # Heard before it was played: what is given back now is played from the end of this block on.
        return self._playing[at : at + self._size]

    def result(self) -> EchoPath | None:
        """After `done`."""
        heard = np.concatenate(self._blocks)[self._lead + self._size :]
        return find_echo(self._chirp, heard, self._rate)


def measure_echo(device: Device, sample_rate: int, limit_s: float = 6.0, clock: Clock | None = None) -> EchoPath | None:
    """Start the device, play a chirp, close it; None if the chirp was not heard. Raises DeviceError."""
    clock = clock or RealClock()
    probe = EchoProbe(sample_rate)
    end = clock.now() + limit_s
    device.start(probe.block)
    try:
        while device.pump() and not probe.done.is_set() and clock.now() < end:
            if device.paced:
                clock.wait_until(clock.now() + BLOCK_S, probe.done)
    finally:
        device.close()
    return probe.result() if probe.done.is_set() else None

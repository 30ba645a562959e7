"""The echo path: found where it is, to the sample and the decibel, and not where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from edge_duplex.audio.device import Block, Faults
from edge_duplex.audio.echo_path import chirp, find_echo, measure_echo
from edge_duplex.audio.frames import Samples

RATE = 16_000


def room(delay: int, gain: float, noise: float, length: int = 12_000) -> Samples:
    sound = np.random.default_rng(5).standard_normal(length) * noise
    played = chirp(RATE)
    end = min(length, delay + len(played))
    sound[delay:end] += gain * played[: end - delay]
    return np.rint(sound).astype(np.int16)


@pytest.mark.parametrize("delay", [0, 1, 333, 4000, 9000])
@pytest.mark.parametrize("level", [0.0, -12.0, -30.0])
def test_an_echo_is_found_to_the_sample_and_the_decibel(delay: int, level: float) -> None:
    found = find_echo(chirp(RATE), room(delay, 10 ** (level / 20), noise=30), RATE)
    assert found is not None
    assert found.round_trip_ms == pytest.approx(1000 * delay / RATE)
    assert found.level_db == pytest.approx(level, abs=0.5)


def test_an_inverted_echo_is_an_echo() -> None:
    found = find_echo(chirp(RATE), room(700, -0.5, noise=30), RATE)
    assert found is not None
    assert found.round_trip_ms == pytest.approx(43.75)


@pytest.mark.parametrize("noise", [0.0, 1.0, 1000.0])
def test_noise_and_silence_are_no_echo(noise: float) -> None:
    assert find_echo(chirp(RATE), room(0, 0.0, noise), RATE) is None


class Wire:
    """A device whose loudspeaker is its microphone, some blocks later."""

    name, paced = "wire", False

    def __init__(self, delay_blocks: int, gain: float) -> None:
        self.faults = Faults()
        self._gain = gain
        self._inside = [np.zeros(320, np.int16) for _ in range(delay_blocks)]
        self.closed = False

    def start(self, block: Block) -> None:
        self._block = block

    def pump(self) -> bool:
        said = self._block(self._inside.pop(0))
        self._inside.append(np.rint(said * self._gain).astype(np.int16))
        return True

    def close(self) -> None:
        self.closed = True


def test_a_device_is_measured_and_closed() -> None:
    wire = Wire(delay_blocks=4, gain=0.25)
    found = measure_echo(wire, RATE)
    assert found is not None
    assert found.level_db == pytest.approx(-12.04, abs=0.2)
    assert found.round_trip_ms == pytest.approx(60)
    assert wire.closed


def test_headphones_have_no_echo() -> None:
    assert measure_echo(Wire(4, 0.0), RATE) is None

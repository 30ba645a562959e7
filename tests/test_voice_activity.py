"""Voice activity and endpoints: starts and stops of real speech within a block or three, and no latching to noise."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.audio.frames import BLOCK_MS, Samples, block_samples
from edge_duplex.audio.resample import resample_whole
from edge_duplex.audio.wav import read_wav
from edge_duplex.floor.endpointer import START_WINDOW, STOP_SILENT, Endpoint, Endpointer
from edge_duplex.floor.vad import WebRtcVad, dbfs

CONVERSATION = Path(__file__).parent.parent / "edge_duplex" / "conversation"
RATE = 16000


def endpoints(marks: str) -> list[tuple[str, int]]:
    """'#' voiced; the kind of each endpoint and the block at which it was known."""
    endpointer, found = Endpointer(), []
    for place, mark in enumerate(marks):
        endpoint = endpointer.push(mark == "#")
        if endpoint:
            found.append((endpoint.value, place))
    return found


def test_a_start_needs_three_voiced_blocks_of_four_and_a_stop_twelve_silent_ones() -> None:
    assert endpoints("..##.#......") == [("start", 5)]
    assert endpoints("###............") == [("start", 2), ("stop", 14)]
    assert endpoints("###...........#............") == [("start", 2), ("stop", 26)]


def test_voice_counts_from_the_first_sound_and_silence_from_the_last() -> None:
    endpointer = Endpointer()
    for mark in "..##.#":
        endpointer.push(mark == "#")
    assert (endpointer.voice, endpointer.silence) == (4, 0)
    endpointer.push(False)
    assert (endpointer.voice, endpointer.silence) == (0, 1)
    endpointer.push(True)
    assert (endpointer.voice, endpointer.silence) == (6, 0)


@given(st.lists(st.booleans(), max_size=300))
def test_starts_and_stops_take_turns_and_silence_always_ends_it(marks: list[bool]) -> None:
    endpointer = Endpointer()
    found = [e for mark in [*marks, *[False] * (STOP_SILENT + START_WINDOW)] if (e := endpointer.push(mark))]
    assert found == [Endpoint.START, Endpoint.STOP] * (len(found) // 2)
    assert not endpointer.speaking
    assert endpointer.voice == 0


def blocks(sound: Samples, rate: int = RATE) -> list[Samples]:
    size = block_samples(rate)
    return [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)]


def noise(seconds: float, level_dbfs: float, colour: float, rate: int = RATE) -> Samples:
    """Steady noise whose power falls as 1/f**colour: 1 is pink, 2 brown."""
    size = int(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(size))
    spectrum[1:] /= np.fft.rfftfreq(size)[1:] ** (colour / 2)
    spectrum[0] = 0
    sound = np.fft.irfft(spectrum, size)
    return (sound / sound.std() * 32768 * 10 ** (level_dbfs / 20)).clip(-32768, 32767).astype(np.int16)


@pytest.mark.parametrize("rate", [16000, 24000])
def test_the_bundled_conversation_is_followed_to_a_few_blocks(rate: int) -> None:
    sound = resample_whole(read_wav(CONVERSATION / "user.wav").samples, RATE, rate)
    script = tomllib.loads((CONVERSATION / "script.toml").read_text())["user"]
    vad, endpointer = WebRtcVad(rate), Endpointer()
    starts, lasts = [], []
    for number, block in enumerate(blocks(sound, rate)):
        endpoint = endpointer.push(vad.voiced(block))
        if endpoint is Endpoint.START:
            starts.append((number + 1) * BLOCK_MS / 1000)
        elif endpoint is Endpoint.STOP:
            lasts.append((number + 1 - endpointer.silence) * BLOCK_MS / 1000)
    assert len(starts) == len(script)
    assert all(-0.03 < known - turn["at"] < 0.12 for known, turn in zip(starts, script, strict=True))
    assert all(abs(last - turn["end"]) < 0.1 for last, turn in zip(lasts, script, strict=True))


@pytest.mark.parametrize("colour", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("level", [-50.0, -40.0, -30.0])
def test_steady_noise_is_not_a_voice(level: float, colour: float) -> None:
    vad, endpointer = WebRtcVad(RATE), Endpointer()
    starts = [e for block in blocks(noise(10, level, colour)) if (e := endpointer.push(vad.voiced(block)))]
    assert len(starts) <= 1, "at most the moment the noise is switched on"


def test_levels_in_decibels() -> None:
    assert dbfs(np.zeros(320, np.int16)) == pytest.approx(-100, abs=0.1)
    assert dbfs(np.full(320, 32767, np.int16)) == pytest.approx(0, abs=0.1)

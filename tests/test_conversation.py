"""The bundled conversation is what its script says it is."""

import wave
from itertools import pairwise

import numpy as np
import pytest

from edge_duplex.conversation import WAV, Line, script

RATE = 16000


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    with wave.open(str(WAV)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768.0


def level_db(sound: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(sound**2)) + 1e-9)


def span(sound: np.ndarray, start: float, end: float) -> np.ndarray:
    return sound[round(start * RATE) : round(end * RATE)]


def test_it_lasts_a_bit_over_a_minute_with_headroom(sound: np.ndarray) -> None:
    assert 70 <= len(sound) / RATE <= 100
    assert 0.6 < np.abs(sound).max() < 0.72


def test_every_line_starts_and_ends_with_its_sound(sound: np.ndarray) -> None:
    for line in script():
        for at, inside in ((line.at, +1), (line.end, -1)):
            edge = sorted((at, at + 0.03 * inside))
            beyond = sorted((at - 0.002 * inside, at - 0.1 * inside))
            assert level_db(span(sound, *edge)) > -50, line
            assert level_db(span(sound, *beyond)) < -48, line


def test_between_lines_there_is_only_room_tone(sound: np.ndarray) -> None:
    lines = script()
    for before, after in pairwise(lines):
        quiet = span(sound, before.end + 0.1, after.at - 0.1)
        assert -65 < level_db(quiet) < -57
        assert np.abs(quiet).max() < 0.01


def test_it_holds_what_a_duplex_assistant_must_cope_with() -> None:
    lines = script()
    roles = [line.role for line in lines]
    assert sum(role != "pause_part" for role in roles) >= 8
    assert {"turn", "pause_part", "interruption", "backchannel"} == set(roles)
    assert lines[-1] == Line("stop", "interruption", lines[-1].at, lines[-1].end)
    part = roles.index("pause_part")
    assert 0.6 <= lines[part + 1].at - lines[part].end <= 1.4


def test_turns_leave_time_for_a_reply() -> None:
    lines = script()
    for before, after in pairwise(lines):
        if after.role in ("interruption", "backchannel"):
            assert 1.3 <= after.at - before.end <= 3.0
        elif before.role != "pause_part":
            assert after.at - before.end >= 2.5

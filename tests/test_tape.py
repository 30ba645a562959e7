"""Tapes: whatever ends the program, what was recorded can be read."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_duplex.audio.frames import Samples
from edge_duplex.audio.tape import LineTape, WavTape, write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.errors import SoundFileError

RATE = 16_000


def ramp(start: int, length: int) -> Samples:
    return (np.arange(start, start + length) % 20_000).astype(np.int16)


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """To this process, a disk on which a file cannot grow past `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(0, 9000), max_size=12), channels=st.sampled_from([1, 2]))
def test_the_file_is_whole_after_every_write(tmp_path: Path, lengths: list[int], channels: int) -> None:
    path = tmp_path / "tape.wav"
    path.unlink(missing_ok=True)
    tape = WavTape(path, RATE, channels)
    written = ramp(0, 0)
    for length in lengths:
        sound = ramp(len(written), length * channels)
        tape.write(sound.reshape(-1, channels) if channels > 1 else sound)
        written = np.concatenate((written, sound))
        if len(written):
            with wave.open(str(path)) as file:
                assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, channels, 2)
                held = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            assert np.array_equal(held, written[: len(held)])
            assert len(written) - len(held) <= RATE // 2 * channels
    tape.close()
    if len(written):
        with wave.open(str(path)) as file:
            assert np.array_equal(np.frombuffer(file.readframes(10**9), "<i2"), written)
    assert os.listdir(tmp_path) == (["tape.wav"] if len(written) else [])
    assert tape.seconds == len(written) / channels / RATE


RECORDER = """
import itertools, sys
import numpy as np
from edge_duplex.audio.tape import LineTape, WavTape
wav, lines = WavTape("tape.wav", 16000), LineTape("log.jsonl")
for block in itertools.count():
    wav.write((np.arange(block * 320, block * 320 + 320) % 20000).astype(np.int16))
    lines.write(f'{{"block": {block}}}')
    print(block, flush=True)
"""


def test_kill_9_leaves_everything_up_to_the_last_half_second(tmp_path: Path) -> None:
    recorder = subprocess.Popen([sys.executable, "-c", RECORDER], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert recorder.stdout
    blocks = 0
    for line in recorder.stdout:
        blocks = int(line) + 1
        if blocks == 333:
            recorder.send_signal(signal.SIGKILL)
    assert recorder.wait() == -signal.SIGKILL
    sound = read_wav(tmp_path / "tape.wav").samples
    assert blocks * 320 - RATE // 2 <= len(sound)
    assert np.array_equal(sound, ramp(0, len(sound)))
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert lines[:blocks] == [f'{{"block": {n}}}' for n in range(blocks)]
    assert sorted(os.listdir(tmp_path)) == ["log.jsonl", "tape.wav"]


def test_an_older_file_stays_until_there_is_something_to_replace_it(tmp_path: Path) -> None:
    wav, log = tmp_path / "tape.wav", tmp_path / "log"
    write_wav(wav, ramp(0, 100), RATE)
    log.write_text("old\n")
    tape, lines = WavTape(wav, RATE), LineTape(log)
    tape.write(ramp(0, 0))
    assert len(read_wav(wav).samples) == 100
    assert log.read_text() == "old\n"
    tape.write(ramp(0, 7))
    lines.write("new")
    assert len(read_wav(wav).samples) == 7
    assert log.read_text() == "new\n"
    tape.close()
    lines.close()


def test_nothing_written_leaves_nothing_behind(tmp_path: Path) -> None:
    for tape in (WavTape(tmp_path / "a.wav", RATE), LineTape(tmp_path / "b")):
        tape.close()
        tape.close()
    assert os.listdir(tmp_path) == []


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(tmp_path / "real.wav")
    write_wav(tmp_path / "link.wav", ramp(0, 5), RATE)
    assert (tmp_path / "link.wav").is_symlink()
    assert len(read_wav(tmp_path / "real.wav").samples) == 5


def test_a_place_that_cannot_be_written_is_one_line_at_once(tmp_path: Path) -> None:
    for begin in (lambda p: WavTape(p, RATE), LineTape):
        with pytest.raises(SoundFileError, match=r"no directory .*missing; make it first"):
            begin(tmp_path / "missing" / "x.wav")
        with pytest.raises(SoundFileError, match="is a directory"):
            begin(tmp_path)
        with pytest.raises(SoundFileError, match="cannot be written"):
            begin(Path("/proc/x.wav"))


def test_missing_directories_are_made_if_wanted(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "today" / "a.wav"
    tape = WavTape(path, RATE, make_parents=True)
    tape.write(ramp(0, 5))
    tape.close()
    assert len(read_wav(path).samples) == 5


def write_on(tape: WavTape) -> None:
    for block in range(200):
        tape.write(ramp(2 + block * 320, 320))


@pytest.mark.parametrize("room", [20_001, 44 + 2 * 8000, 50])
def test_a_full_disk_is_told_once_and_the_sound_so_far_is_kept(tmp_path: Path, room: int) -> None:
    path = tmp_path / "tape.wav"
    tape = WavTape(path, RATE)
    tape.write(ramp(0, 2))
    with no_file_over(room):
        with pytest.raises(SoundFileError, match=r"tape\.wav: .*the recording stops here") as error:
            write_on(tape)
        tape.write(ramp(0, 320))  # not a second time
        tape.close()
    assert "\n" not in str(error.value)
    sound = read_wav(path)
    assert sound.warnings == ()
    assert len(sound.samples) == (room - 44) // 2
    assert np.array_equal(sound.samples, ramp(0, len(sound.samples)))


def test_a_log_on_a_full_disk_ends_with_a_whole_line(tmp_path: Path) -> None:
    tape = LineTape(tmp_path / "log")
    with no_file_over(25):
        tape.write("123456789")
        tape.write("123456789")
        with pytest.raises(SoundFileError, match="the log stops here"):
            tape.write("123456789")
    tape.write("more")
    tape.close()
    assert (tmp_path / "log").read_text() == "123456789\n" * 2


def test_a_device_is_written_in_place() -> None:
    with pytest.raises(SoundFileError, match="No space left"):
        write_wav("/dev/full", ramp(0, 100), RATE)
    write_wav("/dev/null", ramp(0, 100), RATE)
    assert not os.path.isfile("/dev/null")


def test_half_a_frame_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    tape = WavTape(tmp_path / "a.wav", RATE, channels=2)
    with pytest.raises(ValueError, match="whole frames"):
        tape.write(ramp(0, 3))
    tape.close()

"""A file as the microphone: aligned by the sample, paced by absolute deadlines, ended by an agent that has
finished."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.device import BLOCK_S, Block, Faults, Meter, RealClock, Turnstile, run_paced
from edge_duplex.audio.files import FileDevice, Pace
from edge_duplex.audio.frames import Samples, silence
from edge_duplex.audio.tape import WavTape
from edge_duplex.audio.wav import Sound, read_wav

RATE = 16_000
BLOCK = 320
PACES: tuple[Pace, Pace] = ("fast", "real")


def sound(samples: int) -> Sound:
    return Sound((np.arange(samples) % 9000 + 1).astype(np.int16), RATE, "input.wav")


class FakeClock:
    """Time that passes only by being waited for, or spent."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def wait_until(self, moment: float, stop: threading.Event) -> None:
        self.time = max(self.time, moment)


def play(device: FileDevice, engine: Block = lambda heard: heard) -> int:
    """Pump it to its end; how many pumps that took."""
    device.start(engine)
    pumps = 0
    while device.pump():
        pumps += 1
    device.close()
    return pumps


@pytest.mark.parametrize("length", [BLOCK, 5 * BLOCK, 5 * BLOCK + 1, 6 * BLOCK - 1, 1])
def test_the_tape_is_the_answer_one_block_later(tmp_path: Path, length: int) -> None:
    path = tmp_path / "out.wav"
    heard: list[Samples] = []

    def minus(block: Samples) -> Samples:
        heard.append(block)
        return -block

    given = sound(length)
    play(FileDevice(given, pace="fast", tape=WavTape(path, RATE), finished=lambda: True), minus)
    blocks = -(-length // BLOCK)
    padded = np.concatenate((given.samples, silence(blocks * BLOCK - length)))
    assert np.array_equal(np.concatenate(heard), padded)
    out = read_wav(path).samples
    assert np.array_equal(out, np.concatenate((silence(BLOCK), -padded)))
    assert len(out) >= length


def test_silence_follows_until_the_agent_has_finished() -> None:
    heard: list[bool] = []

    def engine(block: Samples) -> Samples:
        heard.append(bool(block.any()))
        return block

    play(FileDevice(sound(3 * BLOCK), pace="fast", finished=lambda: len(heard) >= 10), engine)
    assert heard == [True] * 3 + [False] * 7


def test_an_agent_that_never_finishes_is_given_fifteen_seconds() -> None:
    assert play(FileDevice(sound(3 * BLOCK), pace="fast")) == 3 + 15 * 50


def test_finished_is_not_asked_before_the_end_of_the_sound() -> None:
    asked: list[int] = []
    heard: list[Samples] = []

    def engine(block: Samples) -> Samples:
        heard.append(block)
        return block

    def finished() -> bool:
        asked.append(len(heard))
        return True

    play(FileDevice(sound(4 * BLOCK + 5), pace="fast", finished=finished), engine)
    assert asked == [5]


def test_fast_and_real_pace_give_the_same_blocks(tmp_path: Path) -> None:
    outs = []
    for pace in PACES:
        path = tmp_path / f"{pace}.wav"
        tape, clock = WavTape(path, RATE), FakeClock()
        device = FileDevice(sound(10 * BLOCK), pace=pace, tape=tape, finished=lambda: True, clock=clock)
        assert device.paced == (pace == "real")
        play(device)
        outs.append(path.read_bytes())
    assert outs[0] == outs[1]


def test_real_pace_takes_the_time_the_sound_takes() -> None:
    clock = RealClock()
    times: list[float] = []

    def engine(block: Samples) -> Samples:
        times.append(clock.now())
        return block

    began = clock.now()
    play(FileDevice(sound(15 * BLOCK), finished=lambda: True, clock=clock), engine)
    assert len(times) == 15
    assert 15 * BLOCK_S <= times[-1] - began < 15 * BLOCK_S + 0.2


def test_a_hold_up_is_counted_and_made_up() -> None:
    clock, faults, stop = FakeClock(), Faults(), threading.Event()
    begun: list[float] = []

    def step() -> bool:
        begun.append(clock.time - 100.0)
        if len(begun) == 3:
            clock.time += 0.105
        return len(begun) < 12

    run_paced(step, clock, stop, clock.now(), faults)
    # The third block takes five and a bit: four to eight follow at once, and from the ninth on all is on
    # time.
    late = [0.165] * 5
    assert begun == pytest.approx([0.02, 0.04, 0.06, *late, 0.18, 0.20, 0.22, 0.24])
    assert faults.late == 4


def test_an_engine_that_raises_is_heard_by_the_one_who_pumps() -> None:
    def engine(block: Samples) -> Samples:
        raise RuntimeError("broken")

    for pace in PACES:
        device = FileDevice(sound(BLOCK), pace=pace, clock=FakeClock())
        with pytest.raises(RuntimeError, match="broken"):
            play(device, engine)
        device.close()


def test_close_stops_the_engine_and_leaves_a_whole_tape(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    calls: list[Samples] = []
    begun = threading.Event()

    def engine(block: Samples) -> Samples:
        calls.append(block)
        begun.set()
        return block

    device = FileDevice(sound(RATE * 60), tape=WavTape(path, RATE))
    device.start(engine)
    begun.wait(5)
    device.close()
    device.close()
    count = len(calls)
    assert not device.pump()
    assert len(read_wav(path).samples) == (count + 1) * BLOCK
    assert len(calls) == count < 100


def test_a_device_that_was_never_started_can_be_closed(tmp_path: Path) -> None:
    FileDevice(sound(BLOCK), tape=WavTape(tmp_path / "out.wav", RATE)).close()
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_told_once_and_the_conversation_goes_on() -> None:
    told: list[str] = []
    tape = WavTape("/dev/full", RATE)
    device = FileDevice(sound(10 * BLOCK), pace="fast", tape=tape, finished=lambda: True, say=told.append)
    assert play(device) == 10
    assert len(told) == 1
    assert "/dev/full: No space left on device; the recording stops here" in told[0]


def test_the_engine_is_entered_by_one_thread_at_a_time() -> None:
    inside, leave = threading.Event(), threading.Event()
    faults = Faults()

    def slow(block: Samples) -> Samples:
        inside.set()
        leave.wait(5)
        return block + np.int16(1)

    turnstile = Turnstile(slow, faults)
    first: list[Samples] = []
    thread = threading.Thread(target=lambda: first.append(turnstile(silence(4))))
    thread.start()
    inside.wait(5)
    assert turnstile(silence(4)).tolist() == [0, 0, 0, 0]
    leave.set()
    thread.join()
    assert first[0].tolist() == [1, 1, 1, 1]
    assert (faults.collided, faults.compute.count) == (1, 1)


def test_an_engine_slower_than_a_block_is_late() -> None:
    clock, faults = FakeClock(), Faults()

    def engine(block: Samples) -> Samples:
        clock.time += 0.021 if block[0] else 0.019
        return block

    turnstile = Turnstile(engine, faults, clock.now)
    for first in (0, 1, 1):
        turnstile(np.full(4, first, np.int16))
    assert faults.late == 2
    assert faults.compute.most_ms == pytest.approx(21)


def test_the_meter_gives_percentiles() -> None:
    meter = Meter()
    assert meter.percentile(99) == 0
    for ms in range(1, 100):
        meter.add(ms / 1000 - 1e-6)
    meter.add(0.3)
    assert meter.count == 100
    assert meter.percentile(50) == pytest.approx(50, abs=0.11)
    assert meter.percentile(99) == pytest.approx(99, abs=0.11)
    assert (meter.percentile(100), meter.most_ms) == (pytest.approx(300), pytest.approx(300))

"""The examples run as they are, on files."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.frames import block_samples, frame_samples
from edge_duplex.audio.tape import write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.conversation import WAV, script

ROOT = Path(__file__).resolve().parent.parent
RATE = 16000
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def example(name: str, *arguments: Path) -> str:
    command = [sys.executable, str(ROOT / "examples" / name), *map(str, arguments)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """The first line of the bundled conversation."""
    end = round((script()[0].end + 0.8) * RATE)
    write_wav(tmp_path / "hello.wav", read_wav(WAV).samples[:end], RATE)
    return tmp_path / "hello.wav"


def test_a_wire_gives_back_what_goes_in_a_frame_and_a_block_later(hello: Path, tmp_path: Path) -> None:
    example("wire.py", hello, tmp_path / "out.wav")
    heard, said = read_wav(hello).samples.astype(float), read_wav(tmp_path / "out.wav").samples.astype(float)
    late = frame_samples(RATE) + block_samples(RATE)
    # The gain comes up over the first block, in silence.
    error = said[late + RATE // 2 : len(heard)] - heard[RATE // 2 : len(heard) - late]
    assert np.abs(error).max() <= 1
    assert not said[:late].any()


def test_a_model_of_ones_own_runs_in_its_own_process(hello: Path) -> None:
    shown = example("own_model.py", hello)
    assert "agent    squawk!" in shown


@pytest.mark.parametrize("name", ["wire.py", "own_model.py", "replay_file.py"])
def test_an_example_fits_on_a_screen(name: str) -> None:
    assert len((ROOT / "examples" / name).read_text().splitlines()) <= 66

"""The program as a user starts it: whole conversations in real time, and everything that can go wrong on the way.

Nothing here sleeps: the tests read what the program prints and go on when it says so.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.tape import write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.evaluate.latency import measure, percentile
from edge_duplex.events import Event, parse
from edge_duplex.launch import BUNDLED_CONVERSATION
from edge_duplex.models.catalog import BUNDLED

PROGRAM = str(Path(sys.executable).parent / "edge-duplex")
MODEL = BUNDLED / "interaction.gguf"
RATE = 16000


def run(*arguments: str | Path, limits: str = "") -> subprocess.CompletedProcess[str]:
    """`edge-duplex run` to its end. `limits`: shell commands that come before it."""
    command = [PROGRAM, "run", *map(str, arguments)]
    if limits:
        command = ["bash", "-c", f'{limits}; exec "$@"', "bash", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    command = [PROGRAM, "run", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], pattern: str) -> str:
    """Read what it prints up to the first line that matches."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return line
    raise AssertionError(f"it ended without {pattern!r}:\n{''.join(lines)}")


def events_in(path: Path) -> list[Event]:
    return [parse(line) for line in path.read_text(encoding="utf-8").splitlines()]


def texts(events: list[Event], name: str) -> str:
    return " ".join(e.fields["text"] for e in events if e.name == name and e.fields.get("final", True))


def one_line(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 2, finished
    assert "Traceback" not in finished.stderr
    assert finished.stderr.count("\n") == 1, finished.stderr
    return finished.stderr


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 9 s of the bundled conversation: a greeting and a question."""
    path = tmp_path_factory.mktemp("short") / "short.wav"
    write_wav(path, read_wav(BUNDLED_CONVERSATION).samples[: 9 * RATE], RATE)
    return path


@pytest.mark.slow
def test_the_bundled_conversation_in_real_time(tmp_path: Path) -> None:
    output = tmp_path / "output.wav"
    finished = run("--input", BUNDLED_CONVERSATION, "--output", output, "--record", tmp_path)
    assert finished.returncode == 0, finished.stderr
    events = events_in(tmp_path / "events.jsonl")
    left, right = (read_wav(tmp_path / "conversation.wav", channel=channel).samples for channel in (0, 1))
    played = read_wav(output).samples
    heard = read_wav(BUNDLED_CONVERSATION).samples
    # The output is aligned with the input by the sample, and the recording holds both.
    assert len(played) >= len(heard)
    assert np.array_equal(left[: len(heard)], heard)
    assert np.array_equal(right[: len(heard)], played[: len(heard)])
    found = measure(np.column_stack((left, right)), RATE, events)
    waits = [reply.latency for reply in found.replies]
    assert len(waits) >= 8
    assert (percentile(waits, 50) or 9) <= 0.40
    assert not found.cut_ins
    assert len(found.stops) >= 2
    assert max(stop.silent_after for stop in found.stops) <= 0.60
    assert max(stop.ducked_after for stop in found.stops) <= 0.20
    assert len(found.went_on) == 1, "the uh-huh stopped it"
    skills = [(event.fields["name"], event.fields["args"]) for event in events if event.name == "skill"]
    assert ("timer.set", {"seconds": 300}) in [(name, {"seconds": args.get("seconds")}) for name, args in skills]
    assert {"clock.time", "timer.left", "math.calculate", "repeat"} <= {name for name, _ in skills}
    assert "ninety six" in texts(events, "agent_text")
    assert not [event for event in events if event.name == "underrun"]
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")
    assert re.search(r"reply +p50 0\.\d\d s", finished.stdout)


def test_replayed_fast_it_gives_the_same_events_and_the_same_sound_twice(tmp_path: Path, short: Path) -> None:
    kept = []
    for name in ("a", "b"):
        log, sound = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.wav"
        assert run("--input", short, "--events", log, "--output", sound, "--pace", "fast").returncode == 0
        told = [(e.t, e.name) for e in events_in(log) if e.name not in ("agent_text", "skill")]
        kept.append((told, len(read_wav(sound).samples)))
    assert kept[0] == kept[1]


def test_both_policies_answer(tmp_path: Path, short: Path) -> None:
    for policy in ("model", "vad"):
        log = tmp_path / f"{policy}.jsonl"
        run("--input", short, "--events", log, "--pace", "fast", "--policy", policy)
        assert [e.fields["name"] for e in events_in(log) if e.name == "skill"] == ["clock.time"], policy


def test_a_killed_program_leaves_recording_and_log_readable_to_the_last_second(tmp_path: Path, short: Path) -> None:
    with running("--input", short, "--record", tmp_path) as process:
        until(process, "agent")
        until(process, "agent")
        process.send_signal(signal.SIGKILL)
        process.wait()
    events = events_in(tmp_path / "events.jsonl")
    recorded = read_wav(tmp_path / "conversation.wav", channel=0)
    assert recorded.warnings == ()
    assert recorded.seconds > events[-1].t - 1.0
    assert events[-1].t > 5.0


def test_a_killed_model_is_back_within_three_seconds_and_the_sound_goes_on(tmp_path: Path) -> None:
    with running("--input", BUNDLED_CONVERSATION, "--record", tmp_path) as process:
        until(process, "set a timer for five minutes")
        until(process, "agent")
        os.kill(model_of(process.pid), signal.SIGKILL)
        until(process, "starting it again")
        back = until(process, "the model is back")
        assert float(re.search(r"after ([\d.]+) s", back)[1]) <= 3.0  # type: ignore[index]
        # It still knows of the timer that was set before.
        until(process, "timer.left")
        left = until(process, "agent")
        assert "four minutes" in left
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    stop = events_in(tmp_path / "events.jsonl")[-1]
    assert stop.name == "session_stop"
    assert read_wav(tmp_path / "conversation.wav", channel=0).seconds == pytest.approx(stop.t, abs=0.1)


def model_of(pid: int) -> int:
    """The process that was spawned to hold the model."""
    for task in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            parent = int((task.parent / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid and b"spawn_main" in task.read_bytes():
                return int(task.parent.name)
        except OSError:
            continue
    raise AssertionError("there is no model process")


def test_ctrl_c_closes_every_file_and_is_no_failure(tmp_path: Path, short: Path) -> None:
    output = tmp_path / "output.wav"
    with running("--input", short, "--record", tmp_path, "--output", output) as process:
        until(process, "hello there")
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0
    assert "Traceback" not in printed
    stop = events_in(tmp_path / "events.jsonl")[-1]
    assert stop.name == "session_stop"
    for path in (output, tmp_path / "conversation.wav"):
        sound = read_wav(path)
        assert sound.warnings == ()
        assert sound.seconds == pytest.approx(stop.t, abs=0.1)
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))


def test_a_full_disk_is_one_notice_and_the_conversation_goes_on(tmp_path: Path, short: Path) -> None:
    log = tmp_path / "log.jsonl"
    finished = run(
        "--input", short, "--record", tmp_path / "kept", "--events", log, "--pace", "fast", limits="ulimit -f 200"
    )
    assert finished.returncode == 0, finished.stderr
    notices = [event.fields["text"] for event in events_in(log) if event.name == "notice"]
    assert len(notices) == 1
    assert "conversation.wav" in notices[0]
    assert "clock.time" in [event.fields["name"] for event in events_in(log) if event.name == "skill"]
    assert 2.0 < read_wav(tmp_path / "kept" / "conversation.wav").seconds < 4.0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.wav", b"", "empty"),
        ("junk.wav", bytes(range(256)) * 20, "not a WAV"),
        ("header.wav", BUNDLED_CONVERSATION.read_bytes()[:30], "header"),
        ("nosuch.wav", None, "no such file"),
    ],
)
def test_a_wav_that_is_none_is_one_line(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    said = one_line(run("--input", path, "--output", tmp_path / "output.wav"))
    assert says in said
    assert name in said
    assert not (tmp_path / "output.wav").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("short.gguf", MODEL.read_bytes()[:1_000_000], "cut off"),
        ("damaged.gguf", MODEL.read_bytes()[:-50_000] + bytes(50_000), "damaged"),
        ("junk.gguf", b"RIFF" * 1000, "not a GGUF"),
        ("nosuch.gguf", None, "no such model"),
    ],
)
def test_a_model_that_is_none_is_one_line(
    tmp_path: Path, short: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    said = one_line(run("--input", short, "--model", path))
    assert says in said
    assert name in said


def test_a_place_that_cannot_be_written_is_one_line_and_leaves_nothing_behind(tmp_path: Path, short: Path) -> None:
    assert "nowhere" in one_line(run("--input", short, "--output", tmp_path / "nowhere" / "output.wav"))


@pytest.mark.parametrize("width", [1, 3])
def test_eight_bits_and_96_khz_stereo_are_heard_as_well(tmp_path: Path, short: Path, width: int) -> None:
    # Written by hand: the program's own writer knows 16 bits only.
    import wave

    sound = read_wav(short, 96_000).samples if width == 3 else read_wav(short).samples
    path, log = tmp_path / "input.wav", tmp_path / "log.jsonl"
    with wave.open(str(path), "wb") as file:
        file.setparams((2 if width == 3 else 1, width, 96_000 if width == 3 else RATE, 0, "NONE", ""))
        if width == 1:
            file.writeframes((sound // 256 + 128).astype(np.uint8).tobytes())
        else:
            wide = np.repeat(sound.astype("<i4") * 256, 2).view(np.uint8).reshape(-1, 4)[:, :3]
            file.writeframes(wide.tobytes())
    assert run("--input", path, "--events", log, "--pace", "fast").returncode == 0
    assert "what time is it" in texts(events_in(log), "user_text")


@pytest.mark.parametrize("command", ["", "run", "devices", "doctor", "models", "models list", "models info"])
def test_every_command_says_what_it_is_for(command: str) -> None:
    finished = subprocess.run([PROGRAM, *command.split(), "--help"], capture_output=True, text=True, check=True)
    assert len(finished.stdout.splitlines()) > 5

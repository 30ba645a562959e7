"""The figures of docs/figures.md: `python -m bench` (two minutes or so), `python -m bench soak` (ten minutes a layout).

Every figure is of the whole program, started as a user starts it and watched from outside.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.program import Program, busy_cores, read_log
from edge_duplex.audio.tape import write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.evaluate.latency import Latencies, measure, percentile
from edge_duplex.launch import BUNDLED_CONVERSATION
from edge_duplex.models.registry import SAMPLE_RATE
from edge_duplex.record import places_in

SOUNDCARD = Path(__file__).parent.parent / ".ci" / "soundcard"
IDLE_S = 20.0


def machine() -> str:
    """Name, cores and Python of this machine, for the head of a table."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"


def row(figure: str, value: str, goal: str = "") -> None:
    print(f"| {figure} | {value} | {goal} |", flush=True)


def head(title: str) -> None:
    print(f"\n### {title}\n\n{machine()}\n\n| figure | measured | goal |\n|---|---|---|", flush=True)


def latencies_in(folder: Path, name: str = "conversation.wav", log: str = "events.jsonl") -> Latencies:
    left, right = (read_wav(folder / name, channel=channel).samples for channel in (0, 1))
    return measure(np.column_stack((left, right)), SAMPLE_RATE, read_log(folder / log))


def conversation(policy: str) -> None:
    """Latencies of the bundled conversation, in real time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = ("--input", str(BUNDLED_CONVERSATION), "--record", name, "--policy", policy)
        with Program(*arguments, folder=folder) as program:
            started = program.wait_until_listening()
            memory = 0.0
            while program.process.poll() is None:
                memory = max(memory, program.memory_mb())
                time.sleep(0.5)
        found, stop = latencies_in(folder), read_log(program.events)[-1].fields
    waits = [reply.latency for reply in found.replies]
    head(f"The bundled conversation, --policy {policy}")
    row("start to listening", f"{started:.2f} s", "3 s")
    row("reply latency p50 / p95", _waits(waits), "p50 0.40 s")
    row("cut-ins", str(len(found.cut_ins)), "0")
    for stopped in found.stops:
        row(f"barge-in at {stopped.barge_in_start:.1f} s: ducked / silent after",
            f"{_s(stopped.ducked_after)} / {_s(stopped.silent_after)}", "0.20 s / 0.60 s")
    row("went on under an uh-huh", str(len(found.went_on)), "1")
    row("memory of the processes together, peak", f"{memory:.0f} MB", "400 MB")
    row("engine a 20 ms block, p50 / p99 / max",
        f"{stop['block_p50_ms']} / {stop['block_p99_ms']} / {stop['block_max_ms']} ms", "p99 4 ms")


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


def _waits(waits: Sequence[float]) -> str:
    return f"{_s(percentile(waits, 50))} / {_s(percentile(waits, 95))}, n = {len(waits)}"


def idle() -> None:
    """What it costs while nobody speaks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_wav(folder / "nobody.wav", np.zeros(int((IDLE_S + 8) * SAMPLE_RATE), np.int16), SAMPLE_RATE)
        with Program("--input", str(folder / "nobody.wav"), folder=folder) as program:
            program.wait_until_listening()
            time.sleep(4)
            before = program.cpu_seconds()
            time.sleep(IDLE_S)
            spent = program.cpu_seconds() - before
    head("While nobody speaks")
    row("processor time, of one core", f"{spent / IDLE_S:.1%}", "15 %")


@contextmanager
def sound_card() -> Iterator[None]:
    """A virtual sound card with the bundled conversation said into its microphone, over and over."""
    lines = subprocess.run([SOUNDCARD, "start"], capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        key, value = line.removeprefix("export ").split("=", 1)
        os.environ[key] = value
    speaker = subprocess.Popen(
        ["bash", "-c", f"while true; do paplay -d micpipe --latency-msec=20 '{BUNDLED_CONVERSATION}'; done"],
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(speaker.pid, 15)
        subprocess.run([SOUNDCARD, "stop"], check=False)


LAYOUTS: dict[str, tuple[str, ...]] = {
    "two processes": (),
    "one process, model in a thread": ("--in-thread",),
}


def soak(minutes: float, layouts: Sequence[str]) -> None:
    """Real time, a real PortAudio device, every core kept busy by another program; layouts side by side."""
    for layout in layouts:
        extra = LAYOUTS[layout]
        with tempfile.TemporaryDirectory() as name, sound_card(), busy_cores():
            folder = Path(name)
            places = places_in(folder)
            with Program("--record", name, *extra, folder=folder) as program:
                program.wait_until_listening()
                time.sleep(minutes * 60)
            events = read_log(program.events)
            found = latencies_in(folder, places.sound.name, places.events.name)
        stop = events[-1].fields
        waits = [reply.latency for reply in found.replies]
        head(f"{minutes:g} minutes in real time, all cores kept busy by another program: {layout}")
        row("underruns / overruns of the sound card", f"{stop['underruns']} / {stop['overruns']}", "0")
        row("blocks late", str(stop["late"]), "0")
        row("utterances run dry", str(sum(event.name == "underrun" for event in events)), "0")
        row("engine a 20 ms block, p50 / p99 / max",
            f"{stop['block_p50_ms']} / {stop['block_p99_ms']} / {stop['block_max_ms']} ms", "p99 4 ms")
        row("model steps over 80 ms", str(sum(e.name == "late" and "model_ms" in e.fields for e in events)))
        row("reply latency p50 / p95", _waits(waits))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["all", "conversation", "idle", "soak"], default="all")
    parser.add_argument("--minutes", type=float, default=10.0, help="of soak, for each layout")
    parser.add_argument("--layout", choices=list(LAYOUTS), help="only this one; otherwise one after the other")
    given = parser.parse_args()
    if given.what in ("all", "conversation"):
        conversation("model")
        conversation("vad")
    if given.what in ("all", "idle"):
        idle()
    if given.what == "soak":
        soak(given.minutes, [given.layout] if given.layout else list(LAYOUTS))


if __name__ == "__main__":
    sys.exit(main())

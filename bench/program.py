"""The program as a user starts it, watched from outside: when it listens, what it needs, what it logged."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_duplex.events import Event, parse

PROGRAM = [str(Path(sys.executable).parent / "edge-duplex"), "run"]
TICKS = os.sysconf("SC_CLK_TCK")


def read_log(path: Path) -> list[Event]:
    return [parse(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


class Program:
    """`edge-duplex run` with some arguments; use it as a context."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.events = folder / "watched.jsonl"
        self._output = (folder / "output.txt").open("w")
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            [*PROGRAM, "--events", str(self.events), *arguments], stdout=self._output, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(120)  # it draws its picture first
        self._output.close()

    def wait_until_listening(self, limit_s: float = 60.0) -> float:
        """Seconds from the start of the program to the start of the sound with the model ready."""
        while time.monotonic() - self._began < limit_s:
            if self.events.exists() and self.events.stat().st_size:
                return time.monotonic() - self._began
            if self.process.poll() is not None:
                raise RuntimeError(f"the program ended: {Path(self._output.name).read_text()}")
            time.sleep(0.01)
        raise RuntimeError("the program did not begin to listen")

    def family(self) -> list[int]:
        """The program and its children, by process number."""
        found = [self.process.pid]
        for task in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = task.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) in found:
                found.append(int(task.parent.name))
        return found

    def memory_mb(self) -> float:
        """What the family holds in memory; pages they share are counted once (proportional set size)."""
        return sum(_pss_kb(pid) for pid in self.family()) / 1024

    def cpu_seconds(self) -> float:
        return sum(_cpu_ticks(pid) for pid in self.family()) / TICKS


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _cpu_ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@contextmanager
def busy_cores() -> Iterator[None]:
    """Another program that keeps every core busy."""
    burn = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(burn) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()

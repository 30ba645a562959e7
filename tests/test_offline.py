"""No network: whole conversations where there is none, watched for any attempt to use one."""

import json
import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from edge_duplex.launch import BUNDLED_CONVERSATION

SOCKET_CALLS = "socket,socketpair,connect,bind,sendto,sendmsg,sendmmsg"
FIRST_TURNS_S = 8.8
"""The bundled conversation up to here: a greeting, and the time asked for."""


def _usable(program: str, *flags: str) -> list[str] | None:
    """The program with its flags, if it is here and this user may use it so."""
    path = shutil.which(program)
    if path is None:
        return None
    works = subprocess.run([path, *flags, "true"], capture_output=True, check=False, timeout=30).returncode == 0
    return [path, *flags] if works else None


NO_NETWORK = _usable("unshare", *(["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]))
STRACE = _usable("strace", "--follow-forks", "--seccomp-bpf", "-qq", "-e", f"trace={SOCKET_CALLS}")

needs_namespace = pytest.mark.skipif(NO_NETWORK is None, reason="this user may not make a network namespace")
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed (make system), or not allowed here")


def traced(command: list[str], log: Path) -> list[str]:
    """The command under strace, with its children; what it asks of sockets goes to `log`."""
    assert STRACE is not None
    return [*STRACE, "-o", str(log), *command]


def inet_calls(log: Path) -> list[str]:
    """Every traced call that has to do with the internet protocols."""
    return [line for line in log.read_text().splitlines() if "AF_INET" in line]


def conversation(folder: Path, sound: Path, pace: str) -> tuple[list[str], Path]:
    """A `run` over a WAV, and where its event log will be."""
    events = folder / "events.jsonl"
    command = [sys.executable, "-m", "edge_duplex", "run", "--pace", pace, "--input", str(sound)]
    return [*command, "--output", str(folder / "said.wav"), "--events", str(events)], events


def turns(events: Path) -> tuple[int, int]:
    """How many times the user and the agent spoke."""
    names = [json.loads(line)["event"] for line in events.read_text().splitlines()]
    assert names[-1] == "session_stop"
    return names.count("user_start"), names.count("agent_start")


@pytest.fixture
def first_turns(tmp_path: Path) -> Path:
    """The beginning of the bundled conversation, as a WAV of its own."""
    path = tmp_path / "first.wav"
    with wave.open(str(BUNDLED_CONVERSATION)) as whole, wave.open(str(path), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(int(FIRST_TURNS_S * whole.getframerate())))
    return path


def finish(command: list[str], seconds: float) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    assert result.returncode == 0, result.stdout + result.stderr


@needs_strace
def test_an_inet_socket_would_be_noticed(tmp_path: Path) -> None:
    log = tmp_path / "strace"
    attempt = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM); socket.socket(socket.AF_INET6)"
    finish(traced([sys.executable, "-c", attempt], log), 60)
    assert len(inet_calls(log)) == 2


@needs_namespace
def test_the_namespace_has_no_network() -> None:
    assert NO_NETWORK is not None
    attempt = (
        "import socket\n"
        "try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))\n"
        "except OSError: print('cut off')"
    )
    result = subprocess.run(
        [*NO_NETWORK, sys.executable, "-c", attempt], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout == "cut off\n"


@pytest.mark.slow
@needs_namespace
@needs_strace
def test_both_processes_talk_without_a_network_and_never_ask_for_one(tmp_path: Path, first_turns: Path) -> None:
    assert NO_NETWORK is not None
    log = tmp_path / "strace"
    command, events = conversation(tmp_path, first_turns, "real")
    finish(traced([*NO_NETWORK, *command], log), 180)
    heard, said = turns(events)
    assert heard >= 2
    assert said >= 1
    assert inet_calls(log) == []


@pytest.mark.slow
@needs_namespace
@needs_strace
def test_the_whole_bundled_conversation_needs_no_network(tmp_path: Path) -> None:
    assert NO_NETWORK is not None
    log = tmp_path / "strace"
    command, events = conversation(tmp_path, BUNDLED_CONVERSATION, "fast")
    finish(traced([*NO_NETWORK, *command], log), 300)
    heard, said = turns(events)
    assert heard >= 12
    assert said >= 8
    assert inet_calls(log) == []

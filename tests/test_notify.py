"""What the service manager is told, read from the other end of the socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_duplex.notify import Notifier


class Manager:
    """The service manager's end of the socket."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self._socket.setblocking(False)

    def told(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return messages

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = str(tmp_path / "notify")
    manager = Manager(name if request.param == "path" else f"@edge-duplex-test-{os.getpid()}")
    yield manager
    manager.close()


def test_the_life_of_a_service(manager: Manager) -> None:
    with Notifier({"NOTIFY_SOCKET": manager.name}) as notifier:
        notifier.ready("listening")
        notifier.status("a line\nand another")
        notifier.stopping()
    assert manager.told() == ["READY=1\nSTATUS=listening", "STATUS=a line and another", "STOPPING=1"]


def test_beats_go_out_at_half_the_watchdogs_limit_however_often_it_is_called(manager: Manager) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "10000000"})
    assert notifier.beat_seconds == 5.0
    for block in range(600):  # 12 s of 20 ms blocks
        notifier.alive(100.0 + block * 0.02)
    notifier.close()
    assert manager.told() == ["WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "watchdog",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}],
)
def test_no_beats_where_no_watchdog_waits_for_them(manager: Manager, watchdog: dict[str, str]) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.name, **watchdog})
    notifier.alive(1.0)
    notifier.alive(1000.0)
    notifier.close()
    assert manager.told() == []


def test_a_watchdog_for_this_process_is_fed(manager: Manager) -> None:
    mine = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())}
    with Notifier({"NOTIFY_SOCKET": manager.name, **mine}) as notifier:
        notifier.alive(1.0)
    assert manager.told() == ["WATCHDOG=1"]


@pytest.mark.parametrize("address", ["", "relative/path", "vsock:2:1234", "/nowhere/notify"])
def test_outside_a_service_nothing_happens(address: str) -> None:
    with Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}) as notifier:
        notifier.ready("x")
        notifier.alive(1.0)
        notifier.stopping()


def test_a_manager_that_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    silent = Manager(str(tmp_path / "notify"))
    notifier = Notifier({"NOTIFY_SOCKET": silent.name})
    for _ in range(10_000):
        notifier.status("x" * 200)
    notifier.close()
    assert 0 < len(silent.told()) < 10_000
    silent.close()

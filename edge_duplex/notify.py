"""Tells systemd how the service is: the sd_notify protocol, a datagram to a Unix socket.

Without `NOTIFY_SOCKET` in the environment, that is, outside a service, every method does nothing. Nothing
here can fail a conversation: a datagram that cannot be sent is dropped, and the watchdog will notice.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from types import TracebackType

BEATS_PER_LIMIT = 2
"""systemd's advice: beat at half of the watchdog's limit."""


class Notifier:
    """The connection to the service manager, if there is one. Time is an argument, in seconds."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._socket: socket.socket | None = None
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            # The audio process must never wait for the service manager.
            self._socket.setblocking(False)
        self._every = _beat_seconds(environment)
        self._next_beat = 0.0

    @property
    def beat_seconds(self) -> float:
        """How often `alive` passes a beat on; 0.0 where no watchdog is asked for."""
        return self._every

    def ready(self, status: str = "") -> None:
        """Start-up is over: the service listens."""
        self._send("READY=1", _status(status))

    def alive(self, now: float) -> None:
        """Call as often as you like with a clock that only goes forward: beats go out when they are due."""
        if self._every and now >= self._next_beat:
            self._next_beat = now + self._every
            self._send("WATCHDOG=1")

    def status(self, status: str) -> None:
        """One line for `systemctl --user status`."""
        self._send(_status(status))

    def stopping(self) -> None:
        """Shutting down on purpose."""
        self._send("STOPPING=1")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Notifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, *lines: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(filter(None, lines)).encode(), self._address)
        except OSError:
            return


def _address(value: str) -> str:
    """The socket's address; "" if it is none that this machine can reach. "@name" is an abstract one."""
    if value.startswith("@"):
        return "\0" + value[1:]
    return value if value.startswith("/") else ""


def _beat_seconds(environment: Mapping[str, str]) -> float:
    try:
        limit = int(environment.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return 0.0
    # The watchdog may be meant for another process of the service.
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    return max(0.0, limit) / BEATS_PER_LIMIT


def _status(status: str) -> str:
    return f"STATUS={' '.join(status.split())}" if status else ""

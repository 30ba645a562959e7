"""A view follows a running conversation. It is told, and never asks; it must not block for more than a few ms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_duplex.events import Event


@dataclass(frozen=True, slots=True)
class Meter:
    """The state of things a few times a second."""

    t: float
    """Seconds on the sample clock."""
    user_dbfs: float
    agent_dbfs: float
    floor: str
    """idle, user, agent or overlap."""


class View(Protocol):
    def event(self, event: Event) -> None: ...

    def meter(self, meter: Meter) -> None: ...

    def close(self) -> None:
        """Leave the terminal as it was. Called once, also after Ctrl-C."""
        ...

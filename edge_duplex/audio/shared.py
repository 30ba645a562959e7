"""A named piece of memory that two processes see.

The standard library's resource tracker is meant to unlink what a dead program left behind, but before Python
3.13 it also counts a process that merely *attached*: a child that exits then takes the memory from under its
parent, or makes the tracker print a traceback when both unlink it. So only the creator is ever tracked here.
"""

from __future__ import annotations

import sys
import threading
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any

_patching = threading.Lock()


def create(size: int, name: str | None = None) -> SharedMemory:
    """New zeroed memory of at least `size` bytes; a free name is chosen if none is given.

    Raises FileExistsError if the name is taken, OSError if there is no room.
    """
    return SharedMemory(name=name, create=True, size=size)


def attach(name: str) -> SharedMemory:
    """Memory made by another process. Raises FileNotFoundError if there is none of that name."""
    if sys.version_info >= (3, 13):
        return SharedMemory(name=name, track=False)
    with _patching:
        register = resource_tracker.register
        resource_tracker.register = _register_nothing
        try:
            return SharedMemory(name=name)
        finally:
            resource_tracker.register = register


def view(memory: SharedMemory) -> memoryview:
    """Its bytes. Release this and every slice of it before closing the memory."""
    assert memory.buf is not None, "closed already"
    return memory.buf


def _register_nothing(name: Any, rtype: str) -> None:
    return None

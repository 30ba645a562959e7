"""A place at the front of the queue for the threads that feed the loudspeaker, where the system grants one.

A callback that computes for half a millisecond misses its 20 ms only if it is not let run. Where the user may
(root, or a real-time limit as members of the `audio` group often have), its thread is scheduled round-robin before
all ordinary ones. So are the threads that a sound server's client library starts while a stream is opened: with those
at ordinary priority, two busy programs on two cores were measured to hold the callback up by 100 to 300 ms. The rest of
the process, which holds the interpreter lock now and then, comes a little before other programs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CALLBACK_PRIORITY = 5
LIBRARY_PRIORITY = 4
PROCESS_NICENESS = -10
MODEL_NICENESS = -5


def hurry_this_thread() -> None:
    """For the callback's thread; does nothing where it is not allowed or not known (macOS does it by itself)."""
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(CALLBACK_PRIORITY))


@contextmanager
def threads_in_a_hurry() -> Iterator[None]:
    """Threads that are started in here inherit a real-time priority; the caller has it only as long."""
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(LIBRARY_PRIORITY))
    try:
        yield
    finally:
        with suppress(OSError, AttributeError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def hurry_this_process() -> None:
    """For the main thread, whose later threads and children inherit it."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, PROCESS_NICENESS)


def hurry_the_model() -> None:
    """For the model process: before ordinary programs, because a late answer is heard too, but after the sound."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, MODEL_NICENESS)

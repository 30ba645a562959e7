"""Threads in a hurry, where the system allows it; nothing at all where it does not."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from edge_duplex.audio import priority

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's scheduler")


def in_a_new_thread(found: list[int]) -> threading.Thread:
    return threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))


def allowed() -> bool:
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority.LIBRARY_PRIORITY))
    except OSError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


@linux
@pytest.mark.skipif(sys.platform.startswith("linux") and not allowed(), reason="this user has no real-time limit")
def test_threads_started_in_a_hurry_keep_it_and_the_caller_does_not() -> None:
    found: list[int] = []
    with priority.threads_in_a_hurry():
        inside = in_a_new_thread(found)
        inside.start()
        inside.join()
    outside = in_a_new_thread(found)
    outside.start()
    outside.join()
    assert found == [os.SCHED_RR, os.SCHED_OTHER]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_where_it_is_not_allowed_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError

    for name in ("sched_setscheduler", "setpriority"):
        monkeypatch.setattr(os, name, refuse, raising=False)
    priority.hurry_this_thread()
    priority.hurry_this_process()
    priority.hurry_the_model()
    with priority.threads_in_a_hurry():
        pass

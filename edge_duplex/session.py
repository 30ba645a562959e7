"""A session: one conversation from the first block to the last.

Three threads of work meet here and only here. The device calls `block` fifty times a second from its own thread and
must never wait; the model answers from its own process; and `run`, on the main thread, watches both, keeps the
timeline, writes what is to be kept and shows what is to be seen. What crosses between the first and the last is one
queue of `Moment`s, which a callback can append to without a lock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from edge_duplex.audio.device import Device, Faults
from edge_duplex.audio.frames import Samples
from edge_duplex.engine import Engine, Moment
from edge_duplex.errors import SoundFileError
from edge_duplex.events import Event
from edge_duplex.floor.table import State
from edge_duplex.floor.vad import dbfs
from edge_duplex.models.host import ModelHost, NoModel, Past
from edge_duplex.notify import Notifier
from edge_duplex.record import Record
from edge_duplex.scribe import Scribe
from edge_duplex.view.protocol import Meter, View

WATCH_S = 0.02
"""How often the main thread looks after a device that keeps its own time."""
METER_S = 0.125
QUIET_S = 2.5
"""Silence of both sides after which a conversation from a file is over: longer than the model waits for anyone."""


class Session:
    """Everything is opened by whoever makes it, and closed here."""

    def __init__(
        self, engine: Engine, host: ModelHost, launch: Callable[[Past], ModelHost], record: Record, view: View
    ) -> None:
        """`launch` starts the model again after it was lost."""
        self._engine = engine
        self._host, self._launch, self._starting = host, launch, False
        self._record, self._view = record, view
        self._scribe = Scribe(engine.sample_rate, self._tell)
        self._moments: deque[Moment] = deque()
        self._notices: deque[str] = deque()
        self._active = 0
        self._metered = 0
        self._lost_at = 0.0
        self.stopping = False
        """Set to end the session after the present block, from a signal handler or another thread."""

    def block(self, heard: Samples) -> Samples:
        """What the device calls: one block heard to one block said."""
        moment = self._engine.block(heard)
        if moment.state is not State.IDLE:
            self._active = moment.now
        self._moments.append(moment)
        return moment.said

    def quiet(self) -> bool:
        """Nobody has spoken for a while."""
        return self._engine.now - self._active > QUIET_S * self._engine.sample_rate

    def notice(self, text: str) -> None:
        """Tell the user, in one line. May be called from any thread."""
        self._notices.append(text)

    def run(self, device: Device, notifier: Notifier) -> None:
        """Until the device has no more to give, or `stopping`. Leaves everything closed and every file valid."""
        try:
            device.start(self.block)
            self._scribe.event("session_start", device=device.name, sample_rate=self._engine.sample_rate)
            notifier.ready()
            self._watch(device, notifier)
        finally:
            notifier.stopping()
            device.close()
            self._drain()
            if self._engine.now:
                self._scribe.event("session_stop", **(_health(device.faults) if device.paced else {}))
            self._host.close()
            self._record.close()
            self._view.close()

    def _watch(self, device: Device, notifier: Notifier) -> None:
        heard_to = 0
        while not self.stopping and device.pump():
            self._drain()
            self._watch_model()
            if self._engine.now > heard_to:  # A service manager is told only of sound that really goes through.
                heard_to = self._engine.now
                notifier.alive(time.monotonic())
            if device.paced:
                time.sleep(WATCH_S)

    def _drain(self) -> None:
        """Tell the scribe all that has happened; the model's words first, so that they are known when played."""
        while self._notices:
            self._scribe.event("notice", text=self._notices.popleft())
        for told in self._host.told():
            self._scribe.words(told.turn, told.words)
            for note in told.notes:
                self._scribe.note(note)
        while self._moments:
            moment = self._moments.popleft()
            self._scribe.moment(moment)
            self._keep(moment)
            if moment.now - self._metered >= METER_S * self._engine.sample_rate:
                self._metered = moment.now
                t = moment.now / self._engine.sample_rate
                self._view.meter(Meter(t, dbfs(moment.heard), dbfs(moment.said), moment.state.value))

    def _keep(self, moment: Moment) -> None:
        try:
            self._record.sound(moment.heard, moment.said)
        except SoundFileError as problem:
            self.notice(str(problem))

    def _tell(self, event: Event) -> None:
        self._view.event(event)
        try:
            self._record.event(event)
        except SoundFileError as problem:
            self._view.event(Event(event.t, "notice", {"text": str(problem)}))

    def _watch_model(self) -> None:
        if self._starting:
            if self._host.ready:
                self._starting = False
                self._engine.attach(self._host)
                spent = time.monotonic() - self._lost_at
                self._scribe.event("notice", text=f"the model is back after {spent:.1f} s; the conversation goes on")
        elif self._host.lost:
            self._lost_at = time.monotonic()
            self._scribe.event("notice", text="the model process has died or hangs; starting it again")
            self._engine.attach(NoModel())
            self._host.close()
            self._host = self._launch(Past(tuple(self._scribe.timeline.spoken), self._scribe.memory))
            self._starting = True


def _health(faults: Faults) -> dict[str, float]:
    """What the log says at the end of how well the sound was served."""
    return {
        "late": faults.late,
        "underruns": faults.underruns,
        "overruns": faults.overruns,
        "block_p50_ms": faults.compute.percentile(50),
        "block_p99_ms": faults.compute.percentile(99),
        "block_max_ms": round(faults.compute.most_ms, 1),
    }

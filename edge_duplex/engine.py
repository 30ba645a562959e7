"""The engine: one block heard, one block said. Pure: no clock, no thread, no device, no model.

Each block it takes what has arrived from the model, listens for the user's starts and stops, moves the floor by its
table, lets the gate speak, and on every fourth block hands the whole frame to the model with a report of what was
really played. It is the same object under the sound card, a file, a test and a replay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import BLOCKS_PER_FRAME, Samples, block_samples, blocks_in
from edge_duplex.events import Event
from edge_duplex.floor.endpointer import Endpoint, Endpointer
from edge_duplex.floor.gate import Gate
from edge_duplex.floor.table import Act, Floor, Happens, State
from edge_duplex.floor.vad import Vad
from edge_duplex.models.protocol import FloorReport

OVERLAP_LIMIT_MS = 1200


class ModelLink(Protocol):
    """The engine's end of the wire to the model. Neither call ever blocks."""

    def put(self, report: FloorReport, frame: Samples) -> bool:
        """Hand over a heard frame. False if the model is so far behind that there is no room."""
        ...

    def get(self) -> Chunk | None:
        """The next chunk the model has said, or None if there is none yet."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """All that happened in one block."""

    now: int
    """Samples since the session began, at the end of the block."""
    heard: Samples
    said: Samples
    state: State
    turn: int
    played: int
    """Samples of this turn played so far."""
    events: tuple[Event, ...]


class Engine:
    def __init__(
        self, sample_rate: int, vad: Vad, link: ModelLink, overlap_limit_ms: float = OVERLAP_LIMIT_MS
    ) -> None:
        self.sample_rate = sample_rate
        self.now = 0
        self._link = link
        self._next_link: ModelLink | None = None
        self._vad = vad
        self._endpointer = Endpointer()
        self._floor = Floor()
        self._gate = Gate(sample_rate)
        self._overlap_limit = blocks_in(overlap_limit_ms)
        self._overlap = 0
        self._utterance_from = 0
        self._frame: list[Samples] = []
        self._events: list[Event] = []

    @property
    def turn(self) -> int:
        return self._gate.turn

    def block(self, heard: Samples) -> Moment:
        """One block of the microphone, int16 of shape (block_samples(sample_rate),); `said` is as long."""
        assert heard.shape == (block_samples(self.sample_rate),), heard.shape
        self.now += len(heard)
        underruns = self._gate.underruns
        self._receive()
        self._listen(heard)
        self._limit_overlap()
        said = self._speak()
        if self._gate.underruns > underruns:
            self._tell("underrun")
        self._frame.append(heard)
        if len(self._frame) == BLOCKS_PER_FRAME:
            self._hand_over()
        events, self._events = tuple(self._events), []
        return Moment(self.now, heard, said, self._floor.state, self._gate.turn, self._gate.played, events)

    def attach(self, link: ModelLink) -> None:
        """Listen to another model from the next block on. May be called from another thread."""
        self._next_link = link

    def _receive(self) -> None:
        if self._next_link is not None:
            # What the lost model had said is flushed, so that the new one begins with an empty turn.
            self._link, self._next_link = self._next_link, None
            self._yield_floor("restart")
        while (chunk := self._link.get()) is not None:
            if chunk.yields:
                if chunk.turn == self._gate.turn:
                    self._yield_floor("model")
            else:
                self._gate.offer(chunk)

    def _listen(self, heard: Samples) -> None:
        endpoint = self._endpointer.push(self._vad.voiced(heard))
        if endpoint is Endpoint.START:
            self._tell("user_start", first_sound=self._ago(self._endpointer.voice + self._endpointer.silence))
            self._happens(Happens.USER_STARTS)
        elif endpoint is Endpoint.STOP:
            self._tell("user_stop", last_sound=self._ago(self._endpointer.silence))
            self._happens(Happens.USER_STOPS)

    def _limit_overlap(self) -> None:
        """Sustained speech over the agent with no verdict from the model yields by itself."""
        self._overlap = self._overlap + 1 if self._floor.state is State.OVERLAP else 0
        if self._overlap >= self._overlap_limit:
            self._yield_floor("limit")

    def _speak(self) -> Samples:
        if self._gate.begins():
            self._utterance_from = self._gate.played
            self._tell("agent_start")
            self._happens(Happens.AGENT_STARTS)
        said, ended = self._gate.pull()
        if ended and self._floor.state.agent_speaks:
            self._tell("agent_stop")
            self._happens(Happens.AGENT_STOPS)
        return said

    def _yield_floor(self, by: str) -> None:
        heard_ms = self._milliseconds(self._gate.played - self._utterance_from)
        if self._floor.state.agent_speaks:
            self._tell("yield", heard_ms=heard_ms, by=by)
            self._happens(Happens.YIELD)
            self._tell("agent_stop")
        elif self._gate.speaking or self._gate.pending or by == "restart":
            self._gate.flush()
        self._overlap = 0

    def _happens(self, event: Happens) -> None:
        act = self._floor.happens(event)
        if act is Act.DUCK:
            self._gate.duck()
            self._tell("duck")
        elif act is Act.UNDUCK:
            if self._gate.ducked:
                self._tell("unduck")
            self._gate.unduck()
        elif act is Act.FLUSH:
            self._gate.flush()

    def _hand_over(self) -> None:
        ears, gate = self._endpointer, self._gate
        size = block_samples(self.sample_rate)
        report = FloorReport(
            now=self.now,
            turn=gate.turn,
            played=gate.played,
            pending=gate.pending,
            voice=ears.voice * size,
            silence=min(ears.silence * size, self.now),
            cut=gate.cut,
        )
        frame, self._frame = np.concatenate(self._frame), []
        if not self._link.put(report, frame):
            self._tell("late", dropped=1)

    def _tell(self, name: str, **fields: Any) -> None:
        self._events.append(Event(self.now / self.sample_rate, name, fields))

    def _ago(self, blocks: int) -> float:
        """Seconds on the sample clock, that many blocks before the end of this one."""
        return round((self.now - blocks * block_samples(self.sample_rate)) / self.sample_rate, 4)

    def _milliseconds(self, samples: int) -> int:
        return samples * 1000 // self.sample_rate

"""Where a duplex model lives: in a process of its own, in a thread, or in line with the engine.

All three are the engine's `ModelLink`, and all three tell what the model said besides sound (`Told`). The process is
the one people use: a model holds the interpreter lock for tens of milliseconds, which a 20 ms callback cannot
afford, and one that crashes must not take the sound with it. In line is for replay faster than real time, where a step
takes no time on the sample clock. The thread is there to be measured against the process.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeAlias

from edge_duplex.audio.chunks import Chunk, chunks_of
from edge_duplex.audio.frames import FRAME_MS, Samples
from edge_duplex.audio.priority import hurry_the_model
from edge_duplex.audio.rings import HeardRing, SaidRing
from edge_duplex.engine import ModelLink
from edge_duplex.errors import EdgeDuplexError, ModelError
from edge_duplex.models.protocol import DuplexModel, FloorReport, Note, Said, Word
from edge_duplex.timeline import Spoken

POLL_S = 0.002
"""How often a model with nothing to do looks for the next frame."""
LOAD_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Past:
    """What a model is told of the conversation so far when it is started again."""

    spoken: tuple[Spoken, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)


ModelFactory: TypeAlias = Callable[[Past], DuplexModel]
"""Must be picklable: a function of a module, or a `functools.partial` of one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a model said in a step besides sound."""

    turn: int
    words: tuple[Word, ...]
    notes: tuple[Note, ...]


class ModelHost(ModelLink, Protocol):
    def told(self) -> Iterable[Told]:
        """All that has come since the last call."""
        ...

    @property
    def ready(self) -> bool:
        """The model is loaded. Raises ModelError if it could not be."""
        ...

    @property
    def lost(self) -> bool:
        """The model has died, or has not taken a frame for seconds."""
        ...

    def close(self) -> None: ...


class NoModel:
    """The link while there is no model: hears nothing, says nothing."""

    def put(self, report: FloorReport, frame: Samples) -> bool:
        return True

    def get(self) -> Chunk | None:
        return None


class InlineHost:
    """Steps the model in the engine's own thread, in lock-step with the sample clock."""

    def __init__(self, factory: ModelFactory) -> None:
        self._model = factory(Past())
        self._chunks: deque[Chunk] = deque()
        self._told: list[Told] = []
        self.ready = True
        self.lost = False

    def put(self, report: FloorReport, frame: Samples) -> bool:
        said = self._model.step(frame, report)
        self._chunks.extend(chunks_of(said, report.turn, self._model.sample_rate))
        if said.words or said.notes:
            self._told.append(Told(report.turn, said.words, said.notes))
        return True

    def get(self) -> Chunk | None:
        return self._chunks.popleft() if self._chunks else None

    def told(self) -> Iterable[Told]:
        told, self._told = self._told, []
        return told

    def close(self) -> None:
        self._model.close()


def serve(
    model: DuplexModel,
    heard: HeardRing,
    said: SaidRing,
    tell: Callable[[Told], None],
    gone: Callable[[], bool],
) -> None:
    """Step the model on every frame that comes, until `gone()`."""
    while not gone():
        record = heard.get()
        if record is None:
            time.sleep(POLL_S)
            continue
        report, frame = record
        began = time.perf_counter()
        answer = model.step(frame, report)
        spent_ms = (time.perf_counter() - began) * 1000
        _hand_back(answer, report, spent_ms, tell)
        for chunk in chunks_of(answer, report.turn, model.sample_rate):
            while not said.put(chunk) and not gone():
                time.sleep(POLL_S)


def _hand_back(answer: Said, report: FloorReport, spent_ms: float, tell: Callable[[Told], None]) -> None:
    notes = answer.notes
    if spent_ms > FRAME_MS:
        notes = (*notes, Note("late", {"model_ms": round(spent_ms, 1)}))
    if answer.words or notes:
        # Before the sound, so that the words are known by the time they are played.
        tell(Told(report.turn, answer.words, notes))


class ThreadHost:
    """The model in a thread of the audio process."""

    def __init__(self, factory: ModelFactory) -> None:
        self._model = factory(Past())
        rate = self._model.sample_rate
        self._heard, self._said = HeardRing.private(rate), SaidRing.private(rate)
        self._told: deque[Told] = deque()
        self._closing = threading.Event()
        self.ready = True
        self.lost = False
        self._thread = threading.Thread(
            target=serve,
            args=(self._model, self._heard, self._said, self._told.append, self._closing.is_set),
            daemon=True,
        )
        self._thread.start()

    def put(self, report: FloorReport, frame: Samples) -> bool:
        return self._heard.put(report, frame)

    def get(self) -> Chunk | None:
        return self._said.get()

    def told(self) -> Iterable[Told]:
        while self._told:
            yield self._told.popleft()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(timeout=2.0)
        self._model.close()


class ProcessHost:
    """The model in a process of its own, over two rings in shared memory and a pipe."""

    def __init__(self, factory: ModelFactory, sample_rate: int, past: Past | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        self._heard, self._said = HeardRing.create(sample_rate), SaidRing.create(sample_rate)
        self._pipe, theirs = context.Pipe(duplex=True)
        self._process = context.Process(
            target=_run_model,
            args=(factory, past or Past(), (self._heard.name, self._said.name), sample_rate, theirs),
            name="edge-duplex-model",
            daemon=True,
        )
        # A Ctrl-C in the terminal goes to both processes; the model is ended by the audio process, in its own time.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        theirs.close()
        self._ready = False
        self._refused = 0
        self._told: list[Told] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def put(self, report: FloorReport, frame: Samples) -> bool:
        took = self._heard.put(report, frame)
        self._refused = 0 if took else self._refused + 1
        return took

    def get(self) -> Chunk | None:
        return self._said.get()

    def told(self) -> Iterable[Told]:
        self._receive()
        told, self._told = self._told, []
        return told

    @property
    def ready(self) -> bool:
        self._receive()
        if not self._ready and not self._process.is_alive():
            raise ModelError("the model process ended while loading; `edge-duplex doctor` says more")
        return self._ready

    @property
    def lost(self) -> bool:
        return not self._process.is_alive() or self._refused > 0

    def wait(self) -> None:
        """Block until the model is loaded. Raises ModelError if it cannot be."""
        deadline = time.monotonic() + LOAD_TIMEOUT_S
        while not self.ready:
            if time.monotonic() > deadline:
                raise ModelError(f"the model was not loaded within {LOAD_TIMEOUT_S:.0f} s; try a smaller one")
            self._pipe.poll(0.05)

    def close(self) -> None:
        self._pipe.close()  # which is how the process knows
        self._process.join(timeout=1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(timeout=1.0)
        self._heard.close()
        self._said.close()

    def _receive(self) -> None:
        try:
            while self._pipe.poll():
                message = self._pipe.recv()
                if isinstance(message, Told):
                    self._told.append(message)
                elif isinstance(message, str):
                    raise ModelError(message)
                else:
                    self._ready = True
        except (EOFError, OSError):
            return


def _run_model(
    factory: ModelFactory, past: Past, rings: tuple[str, str], sample_rate: int, pipe: Connection
) -> None:
    """The model process. Ends when the other end of the pipe is closed, however that came about."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hurry_the_model()
    try:
        model = factory(past)
    except EdgeDuplexError as problem:
        pipe.send(str(problem))
        return
    heard, said = HeardRing.attach(rings[0], sample_rate), SaidRing.attach(rings[1], sample_rate)

    def gone() -> bool:
        return pipe.poll()  # nothing is ever sent this way: readable means closed

    try:
        pipe.send(True)
        serve(model, heard, said, pipe.send, gone)
    except (BrokenPipeError, EOFError):
        return
    finally:
        model.close()
        heard.close()
        said.close()

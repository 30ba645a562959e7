"""A model in line, in a thread and in a process of its own says the same; a process that dies is noticed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from parrot import DEADLY, LOUD, Parrot, broken

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import Samples, frame_samples
from edge_duplex.errors import ModelError
from edge_duplex.models.host import InlineHost, ModelHost, Past, ProcessHost, ThreadHost, Told
from edge_duplex.models.protocol import FloorReport
from edge_duplex.timeline import Spoken, Who

RATE = 16000
SIZE = frame_samples(RATE)


def floor(turn: int = 0) -> FloorReport:
    return FloorReport(now=SIZE, turn=turn, played=0, pending=0, voice=0, silence=0)


def frame(level: int) -> Samples:
    return np.full(SIZE, level, dtype=np.int16)


def started(host: ProcessHost) -> ProcessHost:
    host.wait()
    return host


@pytest.fixture(
    params=[
        lambda: InlineHost(Parrot),
        lambda: ThreadHost(Parrot),
        lambda: started(ProcessHost(Parrot, RATE)),
    ],
    ids=["inline", "thread", "process"],
)
def host(request: pytest.FixtureRequest) -> Iterator[ModelHost]:
    made = request.param()
    yield made
    made.close()


def until(found: Callable[[], object]) -> object:
    """Ask again until there is something; bounded, and without sleeping."""
    for _ in range(3_000_000):
        thing = found()
        if thing:
            return thing
    raise AssertionError("nothing came")


def test_a_frame_goes_in_and_comes_back_as_a_chunk_of_its_turn(host: ModelHost) -> None:
    assert host.put(floor(turn=7), frame(LOUD))
    chunk = until(host.get)
    assert isinstance(chunk, Chunk)
    assert (chunk.turn, chunk.last, chunk.samples.tolist()) == (7, True, frame(LOUD).tolist())


def test_words_and_notes_are_told_by_the_time_the_sound_is_there(host: ModelHost) -> None:
    host.put(floor(turn=7), frame(LOUD))
    until(host.get)
    (told,) = host.told()
    assert isinstance(told, Told)
    assert told.turn == 7
    assert [word.text for word in told.words] == ["squawk"]
    assert told.notes[0].event == "user_text"


def test_silence_is_answered_with_nothing(host: ModelHost) -> None:
    host.put(floor(), frame(0))
    host.put(floor(turn=1), frame(LOUD))
    chunk = until(host.get)
    assert isinstance(chunk, Chunk)
    assert chunk.turn == 1


def test_a_process_that_is_killed_is_lost_and_one_started_again_knows_the_past() -> None:
    host = started(ProcessHost(Parrot, RATE))
    assert not host.lost
    host.put(floor(), frame(DEADLY))
    until(lambda: host.lost)
    host.close()
    past = Past((Spoken(2, 1, Who.USER, "hello"),))
    again = started(ProcessHost(Parrot, RATE, past))
    again.put(floor(), frame(LOUD))
    until(again.get)
    (told,) = again.told()
    assert told.notes[0].fields["text"] == "1"
    again.close()


def test_a_process_killed_from_outside_is_lost() -> None:
    host = started(ProcessHost(Parrot, RATE))
    assert host.pid is not None
    os.kill(host.pid, signal.SIGKILL)
    until(lambda: host.lost)
    host.close()


def test_a_model_that_cannot_be_opened_says_why() -> None:
    host = ProcessHost(broken, RATE)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="is not a parrot"):
        host.wait()
    host.close()


def test_a_model_that_does_not_keep_up_is_lost_and_never_blocks() -> None:
    host = started(ProcessHost(Parrot, RATE))
    assert host.pid is not None
    os.kill(host.pid, signal.SIGSTOP)
    took = [host.put(floor(), frame(0)) for _ in range(200)]
    assert took[0]
    assert not took[-1]
    assert host.lost
    os.kill(host.pid, signal.SIGKILL)
    host.close()

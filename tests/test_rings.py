"""The rings: a deque that two processes share, that never waits and never gives half a record."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import Samples
from edge_duplex.audio.rings import HeardRing, RecordRing, RingShape, SaidRing
from edge_duplex.models.protocol import FloorReport

RATE = 16_000
LAST_COUNTER = 2**64 - 1


def numbered(number: int, length: int) -> Samples:
    """A payload that depends on its number in every sample."""
    return ((np.arange(length) * 31 + number * 17) % 60_000 - 30_000).astype(np.int16)


def header(number: int) -> bytes:
    return number.to_bytes(5, "little")


@settings(max_examples=300, deadline=None)
@given(
    slots=st.sampled_from([1, 2, 4, 8]),
    first=st.sampled_from([0, 1, 7, 2**32 - 2, LAST_COUNTER - 2, LAST_COUNTER]),
    steps=st.lists(st.sampled_from(["put", "get", "get", "put", "put", "skip"]), max_size=60),
)
def test_a_ring_is_a_bounded_deque_wherever_its_counters_begin(slots: int, first: int, steps: list[str]) -> None:
    ring = RecordRing.private(RingShape(5, 9, slots), first)
    model: deque[int] = deque()
    refused = 0
    for number, step in enumerate(steps):
        if step == "put":
            assert ring.put(header(number), numbered(number, number % 10)) == (len(model) < slots)
            if len(model) < slots:
                model.append(number)
            else:
                refused += 1
        elif step == "get":
            record = ring.get()
            if not model:
                assert record is None
            else:
                assert record is not None
                expected = model.popleft()
                assert record[0] == header(expected)
                assert record[1].tolist() == numbered(expected, expected % 10).tolist()
        else:
            assert ring.skip() == len(model)
            model.clear()
        assert ring.waiting == len(model)
        assert ring.refused == refused


@pytest.mark.parametrize("slots", [0, 3, 6, -4])
def test_slots_must_be_a_power_of_two(slots: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        RingShape(0, 1, slots)


def test_a_record_that_cannot_fit_is_an_error_and_changes_nothing() -> None:
    ring = RecordRing.private(RingShape(5, 4, 2))
    for head, length in ((b"1234", 4), (b"12345", 5)):
        with pytest.raises(ValueError, match="does not fit"):
            ring.put(head, numbered(0, length))
    assert ring.waiting == 0


def test_what_was_got_is_the_readers_own() -> None:
    ring = RecordRing.private(RingShape(0, 4, 1))
    ring.put(b"", numbered(1, 4))
    record = ring.get()
    assert record is not None
    ring.put(b"", numbered(2, 4))
    assert record[1].tolist() == numbered(1, 4).tolist()
    record[1][0] = 5


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_record_not_wholly_visible_is_not_there_yet(data: st.DataObject) -> None:
    """As a weakly ordered CPU may show it: the counter has moved on, some bytes of the slot are still the old
    ones."""
    shape = RingShape(5, 9, 2)
    memory = bytearray(shape.total_bytes)
    ring = RecordRing(memoryview(memory), shape)
    ring._begin(0)
    for number in range(3):
        ring.put(header(number), numbered(number, 9))
        if number < 2:
            ring.get()
    whole = bytes(memory)
    slot = shape.total_bytes - 2 * shape.slot_bytes  # of record 2, which has overwritten record 0
    stale = data.draw(st.integers(0, shape.slot_bytes - 1))
    memory[slot + stale] ^= data.draw(st.integers(1, 255))
    torn = ring.get()
    assert torn is None or (torn[0] == header(2) and torn[1].tolist() == numbered(2, 9).tolist())
    if stale < 16 + 5 + 2 * 9:
        assert torn is None
        assert ring.waiting == 1
    memory[:] = whole
    record = ring.get()
    assert record is not None
    assert record[1].tolist() == numbered(2, 9).tolist()


def _write_numbers(name: str, count: int) -> None:
    ring = RecordRing.attach(name)
    number = 0
    while number < count:
        number += ring.put(header(number), numbered(number, number % 200))
    ring.close()


def test_two_processes_hammering_a_ring_lose_nothing_and_tear_nothing() -> None:
    count = 30_000
    ring = RecordRing.create(RingShape(5, 200, 4), first=LAST_COUNTER - count // 2)
    writer = get_context("spawn").Process(target=_write_numbers, args=(ring.name, count), daemon=True)
    writer.start()
    number = looked = 0
    while number < count:
        record = ring.get()
        looked += 1
        if record is None:
            assert looked % 10_000 or writer.is_alive() or ring.waiting, f"the writer died at {number}"
            continue
        assert record[0] == header(number)
        assert np.array_equal(record[1], numbered(number, number % 200))
        number += 1
    writer.join(10)
    assert writer.exitcode == 0
    assert ring.waiting == 0
    ring.close()


CHILD = """
import sys
from edge_duplex.audio.rings import SaidRing
ring = SaidRing.attach(sys.argv[1], 16000)
chunk = ring.get()
ring.close()
sys.exit(chunk.turn)
"""


def test_a_child_that_attaches_leaves_the_ring_to_its_maker_and_says_nothing() -> None:
    ring = SaidRing.create(RATE)
    for turn in (3, 4):
        ring.put(Chunk(turn, numbered(turn, 10)))
    for turn in (3, 4):
        child = subprocess.run([sys.executable, "-c", CHILD, ring.name], capture_output=True, text=True)
        assert (child.returncode, child.stderr) == (turn, "")
    ring.close()
    with pytest.raises(FileNotFoundError):
        SaidRing.attach(ring.name or "gone", RATE)


MAKER = """
from multiprocessing import get_context
from edge_duplex.audio.rings import HeardRing

def child(name):
    HeardRing.attach(name, 16000).close()

if __name__ == "__main__":
    ring = HeardRing.create(16000)
    process = get_context("spawn").Process(target=child, args=(ring.name,))
    process.start()
    process.join()
    ring.close()
    ring.close()
    print(process.exitcode)
"""


def test_a_program_with_a_spawned_child_ends_without_a_word_from_the_resource_tracker(tmp_path: Path) -> None:
    script = tmp_path / "maker.py"
    script.write_text(MAKER)
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("0\n", "")


def test_memory_that_is_no_such_ring_is_refused() -> None:
    ring = HeardRing.create(RATE)
    with pytest.raises(ValueError, match="is a ring of"):
        HeardRing.attach(ring.name, 24_000)
    with pytest.raises(ValueError, match="is a ring of"):
        SaidRing.attach(ring.name, RATE)
    ring.close()


def test_a_heard_frame_arrives_with_its_report() -> None:
    ring = HeardRing.private(RATE)
    report = FloorReport(*range(-1, len(fields(FloorReport)) - 1))
    frame = numbered(1, 1280)
    assert ring.put(report, frame)
    record = ring.get()
    assert record is not None
    assert record[0] == report
    assert np.array_equal(record[1], frame)
    assert ring.get() is None


@given(st.integers(0, 2**62), st.integers(0, 1280), st.booleans(), st.booleans(), st.booleans())
def test_a_said_chunk_arrives_as_it_was(turn: int, length: int, last: bool, yields: bool, backchannel: bool) -> None:
    ring = SaidRing.private(RATE)
    assert ring.put(Chunk(turn, numbered(turn % 1000, length), last, yields, backchannel))
    chunk = ring.get()
    assert chunk is not None
    assert (chunk.turn, chunk.last, chunk.yields, chunk.backchannel) == (turn, last, yields, backchannel)
    assert np.array_equal(chunk.samples, numbered(turn % 1000, length))


def test_a_model_that_does_not_answer_fills_its_ring_and_is_counted() -> None:
    ring = HeardRing.private(RATE)
    report = FloorReport(*([0] * len(fields(FloorReport))))
    puts = [ring.put(report, numbered(n, 1280)) for n in range(70)]
    assert puts == [True] * 64 + [False] * 6
    assert (ring.waiting, ring.refused) == (64, 6)
    assert ring.skip() == 64
    assert ring.put(report, numbered(0, 1280))

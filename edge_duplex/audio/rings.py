"""Rings: how sound passes between the audio process and the model process.

One writer, one reader, fixed-size records, no locks and no waiting: a full ring refuses, an empty one gives
None.

Layout: five 64-byte lines (so that no two counters share a cache line), then the slots. The two counters only
ever grow, modulo 2**64, and each is written by one side only; what is waiting is their difference. A slot's
place is its counter modulo the number of slots, a power of two, so the place stays right when a counter
wraps.

Why a record carries its sequence number and a checksum: the writer stores the record and then the counter,
but a weakly ordered CPU (every ARM) may show the reader the second before the first, and Python has no memory
barrier. A slot whose number or checksum is not the expected one is therefore *not there yet*, and is looked
at again on the next call. The other way round needs no more: the reader checks its private copy before it
stores its own counter, and a store that depends on a loaded value is never made visible before that load, so
the writer cannot overwrite what is still being read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from multiprocessing.shared_memory import SharedMemory
from typing import Self
from zlib import crc32

import numpy as np

from edge_duplex.audio import shared
from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import Samples, frame_samples
from edge_duplex.models.protocol import FloorReport

_LINE = 64
_WRITTEN, _READ, _REFUSED, _SHAPE = (line * _LINE // 8 for line in range(4))
"""Places of the counters and the shape, in 8-byte words."""
_SLOTS_AT = 5 * _LINE
_HEAD = struct.Struct("=QII")
"""Of a record: its sequence number, its checksum, the bytes of its body."""
_SIGNED = struct.Struct("=QI")
_MODULUS = 1 << 64
_MAGIC = 0x6564_7269_6E67_0001


@dataclass(frozen=True, slots=True)
class RingShape:
    header_bytes: int
    payload_samples: int
    """The most samples one record can carry."""
    slots: int
    """A power of two."""

    def __post_init__(self) -> None:
        if self.slots < 1 or self.slots & (self.slots - 1):
            raise ValueError(f"a ring needs a power of two of slots, not {self.slots}")

    @property
    def body_bytes(self) -> int:
        return self.header_bytes + 2 * self.payload_samples

    @property
    def slot_bytes(self) -> int:
        return -(-(_HEAD.size + self.body_bytes) // _LINE) * _LINE

    @property
    def total_bytes(self) -> int:
        return _SLOTS_AT + self.slots * self.slot_bytes


class RecordRing:
    """Records of a header (bytes, of one length) and a payload (int16, up to `payload_samples`)."""

    def __init__(self, buffer: memoryview, shape: RingShape, memory: SharedMemory | None = None) -> None:
        self._shape, self._memory = shape, memory
        self._mine = False
        self._bytes = buffer
        self._words = buffer[:_SLOTS_AT].cast("Q")

    @classmethod
    def private(cls, shape: RingShape, first: int = 0) -> Self:
        """In this process only; `first` is the number of the first record."""
        ring = cls(memoryview(bytearray(shape.total_bytes)), shape)
        ring._begin(first)
        return ring

    @classmethod
    def create(cls, shape: RingShape, name: str | None = None, first: int = 0) -> Self:
        """In shared memory; give `name` (the attribute) to the other process."""
        memory = shared.create(shape.total_bytes, name)
        ring = cls(shared.view(memory), shape, memory)
        ring._mine = True
        ring._begin(first)
        return ring

    @classmethod
    def attach(cls, name: str) -> Self:
        """The other side. Raises FileNotFoundError, or ValueError if that memory is no ring."""
        memory = shared.attach(name)
        buffer = shared.view(memory)
        with buffer[: _SHAPE * 8 + 32].cast("Q") as words:
            magic, *sizes = words[_SHAPE : _SHAPE + 4].tolist()
        if magic != _MAGIC:
            memory.close()
            raise ValueError(f"shared memory {name!r} is not a ring")
        return cls(buffer, RingShape(*sizes), memory)

    def _begin(self, first: int) -> None:
        shape = self._shape
        # No slot may look like a record of the first lap: zeroed memory carries the number 0.
        for slot in range(shape.slots):
            _HEAD.pack_into(self._bytes, _SLOTS_AT + slot * shape.slot_bytes, (first - 1) % _MODULUS, 0, 0)
        self._words[_WRITTEN] = self._words[_READ] = first
        sizes = (shape.header_bytes, shape.payload_samples, shape.slots)
        for place, value in enumerate((_MAGIC, *sizes)):
            self._words[_SHAPE + place] = value

    @property
    def name(self) -> str:
        """Of the shared memory; empty for a private ring."""
        return self._memory.name if self._memory else ""

    @property
    def shape(self) -> RingShape:
        return self._shape

    @property
    def waiting(self) -> int:
        """Records written and not yet read."""
        return (self._words[_WRITTEN] - self._words[_READ]) % _MODULUS

    @property
    def refused(self) -> int:
        """Records that found the ring full, since it was made."""
        return self._words[_REFUSED]

    def put(self, header: bytes, payload: Samples) -> bool:
        """Writer only. False, and counted, when the ring is full. Raises ValueError if the record cannot
        fit."""
        shape, words = self._shape, self._words
        if len(header) != shape.header_bytes or len(payload) > shape.payload_samples:
            raise ValueError(f"a record of {len(header)} bytes and {len(payload)} samples does not fit {shape}")
        written = words[_WRITTEN]
        if (written - words[_READ]) % _MODULUS >= shape.slots:
            words[_REFUSED] += 1
            return False
        body = header + np.ascontiguousarray(payload, dtype=np.int16).tobytes()
        head = _HEAD.pack(written, crc32(body, crc32(_SIGNED.pack(written, len(body)))), len(body))
        at = _SLOTS_AT + written % shape.slots * shape.slot_bytes
        self._bytes[at : at + _HEAD.size + len(body)] = head + body
        words[_WRITTEN] = (written + 1) % _MODULUS
        return True

    def get(self) -> tuple[bytes, Samples] | None:
        """Reader only. The oldest record, the caller's own copy; None when nothing whole is there."""
        shape, words = self._shape, self._words
        read = words[_READ]
        if words[_WRITTEN] == read:
            return None
        at = _SLOTS_AT + read % shape.slots * shape.slot_bytes
        number, checksum, length = _HEAD.unpack_from(self._bytes, at)
        if number != read or not shape.header_bytes <= length <= shape.body_bytes:
            return None
        body = bytes(self._bytes[at + _HEAD.size : at + _HEAD.size + length])
        if crc32(body, crc32(_SIGNED.pack(number, length))) != checksum:
            return None
        words[_READ] = (read + 1) % _MODULUS
        return body[: shape.header_bytes], np.frombuffer(body, np.int16, offset=shape.header_bytes).copy()

    def skip(self) -> int:
        """Reader only. Forget all that is waiting; how many records that was."""
        waiting = self.waiting
        self._words[_READ] = (self._words[_READ] + waiting) % _MODULUS
        return waiting

    def close(self) -> None:
        """Let go of the memory; the creator's close also takes the name away, and what the other side still
        has open stays until it closes too. May be called twice."""
        self._words.release()
        self._bytes.release()
        memory, self._memory = self._memory, None
        if memory:
            memory.close()
            if self._mine:
                memory.unlink()


class _TypedRing:
    """A ring whose records are of one kind. `sample_rate` sets the samples in a frame."""

    _header: struct.Struct
    _slots: int

    def __init__(self, ring: RecordRing) -> None:
        self._ring = ring

    @classmethod
    def _shape(cls, sample_rate: int) -> RingShape:
        return RingShape(cls._header.size, frame_samples(sample_rate), cls._slots)

    @classmethod
    def private(cls, sample_rate: int) -> Self:
        """For one process."""
        return cls(RecordRing.private(cls._shape(sample_rate)))

    @classmethod
    def create(cls, sample_rate: int, name: str | None = None) -> Self:
        """For two: the other attaches by `name`. Raises FileExistsError if the name is taken."""
        return cls(RecordRing.create(cls._shape(sample_rate), name))

    @classmethod
    def attach(cls, name: str, sample_rate: int) -> Self:
        """The other side. Raises FileNotFoundError, or ValueError if it is not such a ring."""
        ring = RecordRing.attach(name)
        if ring.shape != cls._shape(sample_rate):
            shape = ring.shape
            ring.close()
            raise ValueError(f"{name!r} is a ring of {shape}, not of {cls._shape(sample_rate)}")
        return cls(ring)

    @property
    def name(self) -> str:
        return self._ring.name

    @property
    def waiting(self) -> int:
        return self._ring.waiting

    @property
    def refused(self) -> int:
        """Records that found the ring full, since it was made."""
        return self._ring.refused

    def skip(self) -> int:
        """Reader only. Forget all that is waiting; how many records that was."""
        return self._ring.skip()

    def close(self) -> None:
        self._ring.close()


class HeardRing(_TypedRing):
    """Audio process to model process: every frame heard, with what was true at its end."""

    _report = tuple(field.name for field in fields(FloorReport))
    _header = struct.Struct(f"={len(_report)}q")
    _slots = 64
    """5 s of a model that does not answer."""

    def put(self, floor: FloorReport, frame: Samples) -> bool:
        header = self._header.pack(*(getattr(floor, name) for name in self._report))
        return self._ring.put(header, frame)

    def get(self) -> tuple[FloorReport, Samples] | None:
        record = self._ring.get()
        if record is None:
            return None
        return FloorReport(*self._header.unpack(record[0])), record[1]


class SaidRing(_TypedRing):
    """Model process to audio process: what is to be played."""

    _header = struct.Struct("=qB")
    _slots = 512
    """41 s of speech given all at once."""

    def put(self, chunk: Chunk) -> bool:
        flags = chunk.last | chunk.yields << 1 | chunk.backchannel << 2
        return self._ring.put(self._header.pack(chunk.turn, flags), chunk.samples)

    def get(self) -> Chunk | None:
        record = self._ring.get()
        if record is None:
            return None
        turn, flags = self._header.unpack(record[0])
        return Chunk(turn, record[1], bool(flags & 1), bool(flags & 2), bool(flags & 4))

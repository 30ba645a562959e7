"""Files that are written while the program runs, and are whole whenever it stops.

Each begins beside its place, as `.NAME.part`, and takes its place when its first data is there: an older file
is replaced only by one that has really begun. From then on it can be read at every moment, so that a kill, a
crash or a full disk costs half a second of sound and no line of a log.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_duplex.audio.frames import Samples
from edge_duplex.errors import SoundFileError

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_MOST_BYTES = 0xFFFF_FFFF - _HEADER.size
"""The header counts bytes in 32 bits."""


class _Part:
    """The open file, and the one error it may give."""

    def __init__(self, path: str | os.PathLike[str], make_parents: bool) -> None:
        self.name = os.fspath(path)
        self.failed = False
        self.open = True
        # Following links: what is replaced is the file, not the link to it.
        self._final = Path(os.path.realpath(self.name))
        self._part: Path | None = self._final.with_name(f".{self._final.name}.part")
        try:
            if self._final.is_dir():
                raise SoundFileError(f"{self.name}: is a directory; give the name of a file")
            if make_parents:
                self._final.parent.mkdir(parents=True, exist_ok=True)
            if not self._final.parent.is_dir():
                raise SoundFileError(f"{self.name}: there is no directory {self._final.parent}; make it first")
            if self._final.exists() and not self._final.is_file():
                self._part = None  # A device or a pipe has no place to take.
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC if self._part else os.O_WRONLY
            self._file = os.open(self._part or self._final, flags | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as problem:
            raise SoundFileError(f"{self.name}: cannot be written: {problem.strerror}") from problem

    def write_at(self, data: bytes, place: int) -> int:
        """All of it, or an OSError; short writes are gone on with. Returns the place after the last byte."""
        view = memoryview(data)
        while view:
            done = os.pwrite(self._file, view, place)
            view, place = view[done:], place + done
        return place

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    def length(self) -> int:
        return os.fstat(self._file).st_size

    def cut(self, length: int) -> None:
        if self._part is None or self._final.is_file():
            os.ftruncate(self._file, length)

    def take_place(self) -> None:
        """The first data is there."""
        if self._part:
            os.replace(self._part, self._final)
            self._part = None

    def close(self) -> None:
        if not self.open:
            return
        self.open = False
        os.close(self._file)
        if self._part:
            self._part.unlink(missing_ok=True)

    def give_up(self, problem: OSError, what: str) -> SoundFileError:
        self.failed = True
        return SoundFileError(
            f"{self.name}: {problem.strerror}; {what} stops here and what it holds can be read; make room or"
            " choose another place"
        )


class WavTape:
    """A WAV of 16-bit samples, written as it happens; readable up to its last half second at every moment."""

    def __init__(
        self, path: str | os.PathLike[str], sample_rate: int, channels: int = 1, *, make_parents: bool = False
    ) -> None:
        """Raises SoundFileError if the file cannot be begun there."""
        self._rate, self._channels = sample_rate, channels
        self._frame_bytes = 2 * channels
        self._bytes = 0
        self._told = 0
        self._part = _Part(path, make_parents)

    @property
    def name(self) -> str:
        return self._part.name

    @property
    def seconds(self) -> float:
        """What has been written."""
        return self._bytes / self._frame_bytes / self._rate

    def write(self, sound: Samples | NDArray[np.int16]) -> None:
        """int16 of shape (n,), or (n, channels). Raises SoundFileError once, when the disk is full or has
        failed; from then on what is written is dropped and the file holds what it held."""
        data = np.ascontiguousarray(sound, dtype="<i2").tobytes()
        if len(data) % self._frame_bytes:
            raise ValueError(f"{sound.shape} is not whole frames of {self._channels} channels")
        if not data or self._part.failed or not self._part.open:
            return
        try:
            if self._bytes + len(data) > _MOST_BYTES:
                raise OSError(0, "a WAV file holds no more than 4 GB")
            if self._bytes == 0:
                self._tell()
            self._bytes = self._part.write_at(data, _HEADER.size + self._bytes) - _HEADER.size
            if self._told == 0 or self._bytes - self._told >= self._rate * self._frame_bytes // 2:
                self._tell()
            self._part.take_place()
        except OSError as problem:
            raise self._fail(problem) from problem

    def _tell(self) -> None:
        """Put the present length into the header."""
        rate, frame = self._rate, self._frame_bytes
        header = _HEADER.pack(
            *(b"RIFF", _HEADER.size - 8 + self._bytes, b"WAVE"),
            *(b"fmt ", 16, 1, self._channels, rate, rate * frame, frame, 16),
            *(b"data", self._bytes),
        )
        self._part.write_at(header, 0)
        self._told = self._bytes

    def _fail(self, problem: OSError) -> SoundFileError:
        with suppress(OSError):  # Else the header tells of less than there is, which can be read too.
            there = max(0, self._part.length() - _HEADER.size)
            # A write that failed half way has left its first half: sound like any other.
            self._bytes = max(self._bytes, there - there % self._frame_bytes)
            self._tell()
            self._part.cut(_HEADER.size + self._bytes)
        return self._part.give_up(problem, "the recording")

    def close(self) -> None:
        """Finish the file; may be called twice. Nothing written: no file, and an older one stays."""
        if self._part.open and self._bytes and not self._part.failed:
            try:
                self._tell()
            except OSError as problem:
                self._part.close()
                raise self._part.give_up(problem, "the recording") from problem
        self._part.close()


class LineTape:
    """A text file that grows by whole lines, each in the file as soon as it is written."""

    def __init__(self, path: str | os.PathLike[str], *, make_parents: bool = False) -> None:
        """Raises SoundFileError if the file cannot be begun there."""
        self._part = _Part(path, make_parents)
        self._bytes = 0

    @property
    def name(self) -> str:
        return self._part.name

    def write(self, line: str) -> None:
        """One line, without its newline. Raises SoundFileError once; from then on lines are dropped."""
        if self._part.failed or not self._part.open:
            return
        data = line.encode("utf-8", "replace") + b"\n"
        try:
            self._part.append(data)
            self._bytes += len(data)
            self._part.take_place()
        except OSError as problem:
            with suppress(OSError):
                self._part.cut(self._bytes)  # No half line.
            raise self._part.give_up(problem, "the log") from problem

    def close(self) -> None:
        """May be called twice. Nothing written: no file, and an older one stays."""
        self._part.close()


def write_wav(path: str | os.PathLike[str], samples: Samples | NDArray[np.int16], sample_rate: int) -> None:
    """A whole sound at once: int16 (n,), or (n, channels). Raises SoundFileError."""
    tape = WavTape(path, sample_rate, 1 if samples.ndim == 1 else samples.shape[1])
    try:
        tape.write(samples)
    finally:
        tape.close()

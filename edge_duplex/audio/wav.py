"""Reading WAV files of every common kind.

The standard `wave` module refuses float and extensible files on the Pythons supported here, so the chunks are
read directly: `fmt ` and `data`, everything else is skipped. The sound is converted piece by piece, so the
memory used is that of the result.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from edge_duplex.audio.frames import Samples, silence
from edge_duplex.audio.resample import StreamResampler
from edge_duplex.errors import SoundFileError

MIN_RATE, MAX_RATE = 4_000, 192_000
MAX_CHANNELS = 32
MAX_SECONDS = 3 * 3600
_PIECE_FRAMES = 1 << 18
_MOST_CHUNKS = 1000
_UNKNOWN_SIZE = 0xFFFF_FFFF
"""What a program that writes to a pipe puts for a size it cannot know: the sound goes on to the end of the
file."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {2: "ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM", 0x50: "MPEG", 0x55: "MP3"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound from a file."""

    samples: Samples
    """int16 (n,), at `sample_rate`."""
    sample_rate: int
    name: str
    warnings: tuple[str, ...] = ()
    """One line each, naming the file: what was wrong with it that did not keep it from being read."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class _Format:
    codec: int
    channels: int
    sample_rate: int
    sample_bytes: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.sample_bytes


def read_wav(path: str | os.PathLike[str], sample_rate: int | None = None, channel: int | None = None) -> Sound:
    """8/16/24/32-bit or float, any channels, 4 to 192 kHz, to mono int16 at `sample_rate` (None: as it is).

    `channel` takes one channel (from 0) instead of the mean of all. Raises SoundFileError, one line with the
    file's name, if there is no sound to be had; a file that ends early gives what is there and a warning.
    """
    name = os.fspath(path)
    try:
        if not os.path.exists(name):
            raise SoundFileError(f"{name}: no such file")
        if not os.path.isfile(name):
            kind = "a directory" if os.path.isdir(name) else "not a regular file"
            raise SoundFileError(f"{name}: is {kind}; give a WAV file")
        with Path(name).open("rb") as file:
            return _read(file, name, sample_rate, channel)
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise SoundFileError(f"{name!r}: cannot be read: {reason}") from problem


def _read(file: BinaryIO, name: str, wanted_rate: int | None, channel: int | None) -> Sound:
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise SoundFileError(f"{name}: the file is empty; give a WAV file")
    form, declared = _find_sound(file, name)
    here = size - file.tell()
    length = min(declared, here) // form.frame_bytes
    if channel is not None and not 0 <= channel < form.channels:
        raise SoundFileError(f"{name}: has {form.channels} channels, so no channel {channel}")
    if length == 0:
        raise SoundFileError(f"{name}: there is no sound in it; was its recording cut off?")
    if length > MAX_SECONDS * form.sample_rate:
        raise SoundFileError(f"{name}: is over {MAX_SECONDS // 3600} hours long; cut it into shorter files")
    warnings = []
    if declared > here and declared != _UNKNOWN_SIZE:
        said, got = (n / form.frame_bytes / form.sample_rate for n in (declared, here))
        warnings.append(f"{name}: truncated: says {said:.2f} s of sound, ends after {got:.2f} s; read what is there")
    rate = wanted_rate or form.sample_rate
    stream = StreamResampler(form.sample_rate, rate)
    pieces = [stream.push(piece) for piece in _pieces(file, form, length, channel)]
    samples = np.concatenate([silence(0), *pieces, stream.finish()])
    return Sound(samples, rate, name, tuple(warnings))


def _find_sound(file: BinaryIO, name: str) -> tuple[_Format, int]:
    """Leaves the file at the first byte of sound; the format, and how many bytes of sound the file says it
    has."""
    start = file.read(12)
    if start[:4] != b"RIFF" or start[8:12] != b"WAVE":
        raise SoundFileError(f"{name}: is not a WAV file; convert it to one (for example with ffmpeg)")
    form: _Format | None = None
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        kind, size = struct.unpack("<4sI", head)
        if kind == b"data":
            if form is None:
                raise SoundFileError(f"{name}: damaged: its sound comes before its format")
            return form, size
        if kind == b"fmt ":
            body = file.read(min(size, 40))
            form = _format(body, name)
            size -= len(body)
        # Chunks are padded to an even length.
        file.seek(size + (size & 1), os.SEEK_CUR)
    raise SoundFileError(f"{name}: there is no sound in it; was its recording cut off?")


def _format(body: bytes, name: str) -> _Format:
    if len(body) < 16:
        raise SoundFileError(f"{name}: damaged: its header is cut off")
    codec, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", body)
    if codec == _EXTENSIBLE and len(body) >= 26:
        (codec,) = struct.unpack_from("<H", body, 24)
    if codec not in (_PCM, _FLOAT):
        what = _CODECS.get(codec, f"codec {codec:#x}")
        raise SoundFileError(f"{name}: is compressed ({what}); convert it to 16-bit PCM")
    if bits not in ((32, 64) if codec == _FLOAT else (8, 16, 24, 32)):
        raise SoundFileError(f"{name}: has samples of {bits} bits; convert it to 16-bit PCM")
    if not 1 <= channels <= MAX_CHANNELS or align != channels * bits // 8:
        raise SoundFileError(f"{name}: damaged: {channels} channels in {align} bytes")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise SoundFileError(f"{name}: its rate of {rate} Hz is not between {MIN_RATE} and {MAX_RATE} Hz")
    return _Format(codec, channels, rate, bits // 8)


def _pieces(file: BinaryIO, form: _Format, length: int, channel: int | None) -> Iterator[Samples]:
    while length > 0:
        raw = file.read(min(length, _PIECE_FRAMES) * form.frame_bytes)
        frames = len(raw) // form.frame_bytes
        if frames == 0:
            return
        length -= frames
        yield _to_mono(raw[: frames * form.frame_bytes], form, channel)


def _to_mono(raw: bytes, form: _Format, channel: int | None) -> Samples:
    if form.channels == 1 and (form.codec, form.sample_bytes) == (_PCM, 2):
        return np.frombuffer(raw, "<i2").astype(np.int16)
    frames = _to_int16_scale(raw, form).reshape(-1, form.channels)
    mono = frames.mean(axis=1) if channel is None else frames[:, channel]
    return np.clip(np.rint(mono), -32768, 32767).astype(np.int16)


def _to_int16_scale(raw: bytes, form: _Format) -> NDArray[np.float64]:
    """Interleaved samples, full scale at 32768."""
    if form.codec == _FLOAT:
        sound = np.frombuffer(raw, f"<f{form.sample_bytes}").astype(np.float64)
        return np.clip(np.nan_to_num(sound, nan=0.0), -1.0, 1.0) * 32768
    if form.sample_bytes == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) * 256
    if form.sample_bytes == 3:
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0].astype(np.float64) / 65536
    scale = 1 << (8 * form.sample_bytes - 16)
    return np.frombuffer(raw, f"<i{form.sample_bytes}").astype(np.float64) / scale

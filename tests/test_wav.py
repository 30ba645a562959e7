"""WAV files: every common kind is read, and everything else is one clear line."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_duplex.audio.tape import write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.errors import SoundFileError

GUID = bytes.fromhex("000000001000800000aa00389b71")


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def wav(
    data: bytes, codec: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, before: bytes = b""
) -> bytes:
    align = channels * bits // 8
    form = struct.pack("<HHIIHH", codec & 0xFFFF, channels, rate, rate * align, align, bits)
    if codec > 0xFFFF:  # extensible, the real codec in the upper half
        form += struct.pack("<HHIH", 22, bits, 0, codec >> 16) + GUID
    body = b"WAVE" + before + chunk(b"fmt ", form) + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


EXTENSIBLE_PCM, EXTENSIBLE_FLOAT = 0x1_FFFE, 0x3_FFFE
EXTENSIBLE = [(EXTENSIBLE_PCM, 16), (EXTENSIBLE_PCM, 24), (EXTENSIBLE_FLOAT, 32)]
RAMP = np.linspace(-0.9, 0.9, 1600)


def as_bytes(sound: NDArray[np.float64], codec: int, bits: int) -> bytes:
    if codec in (3, EXTENSIBLE_FLOAT):
        return sound.astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return (np.rint(sound * 128) + 128).astype(np.uint8).tobytes()
    if bits == 24:
        wide = np.rint(sound * 2**23).astype("<i4")
        return wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return np.rint(sound * 2 ** (bits - 1)).astype(f"<i{bits // 8}").tobytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sound.wav"


@pytest.mark.parametrize(
    ("codec", "bits"),
    [*((1, bits) for bits in (8, 16, 24, 32)), (3, 32), (3, 64), *EXTENSIBLE],
)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_common_kind_gives_the_same_sound(path: Path, codec: int, bits: int, channels: int) -> None:
    data = as_bytes(np.repeat(RAMP, channels), codec, bits)
    path.write_bytes(wav(data, codec, channels, bits=bits))
    sound = read_wav(path)
    assert (sound.sample_rate, sound.warnings, sound.name) == (16_000, (), str(path))
    assert sound.samples.dtype == np.int16
    assert np.abs(sound.samples - RAMP * 32768).max() <= (129 if bits == 8 else 1)


def test_channels_are_averaged_or_taken_one_by_one(path: Path) -> None:
    left, right = np.full(100, 1000, np.int16), np.full(100, -500, np.int16)
    write_wav(path, np.column_stack((left, right)), 16_000)
    assert set(read_wav(path).samples) == {250}
    assert set(read_wav(path, channel=0).samples) == {1000}
    assert set(read_wav(path, channel=1).samples) == {-500}
    with pytest.raises(SoundFileError, match="no channel 2"):
        read_wav(path, channel=2)


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 22_050, 44_100, 96_000, 192_000])
def test_any_rate_becomes_the_wanted_one(path: Path, rate: int) -> None:
    tone = np.rint(9000 * np.sin(2 * np.pi * 300 * np.arange(rate) / rate)).astype(np.int16)
    write_wav(path, tone, rate)
    sound = read_wav(path, 16_000)
    wanted = 9000 * np.sin(2 * np.pi * 300 * np.arange(16_000) / 16_000)
    assert (len(sound.samples), sound.sample_rate, sound.seconds) == (16_000, 16_000, 1.0)
    assert np.abs(sound.samples - wanted)[400:-400].max() < 90
    assert read_wav(path).sample_rate == rate


def test_other_chunks_are_skipped_also_those_of_odd_length(path: Path) -> None:
    path.write_bytes(wav(as_bytes(RAMP, 1, 16), before=chunk(b"LIST", b"odd") + chunk(b"fact", b"1234")))
    assert len(read_wav(path).samples) == 1600


def test_floats_out_of_range_or_not_numbers_are_clipped(path: Path) -> None:
    path.write_bytes(wav(np.array([2.0, -7.0, np.nan, np.inf], "<f4").tobytes(), codec=3, bits=32))
    assert read_wav(path).samples.tolist() == [32767, -32768, 0, 32767]


def test_a_truncated_file_gives_what_is_there_and_says_so(path: Path) -> None:
    whole = wav(as_bytes(RAMP, 1, 16))
    path.write_bytes(whole[: 44 + 2 * 800 + 1])
    sound = read_wav(path)
    assert len(sound.samples) == 800
    assert len(sound.warnings) == 1
    assert str(path) in sound.warnings[0]
    assert "truncated: says 0.10 s of sound, ends after 0.05 s" in sound.warnings[0]


def test_a_size_that_was_not_known_means_to_the_end(path: Path) -> None:
    whole = bytearray(wav(as_bytes(RAMP, 1, 16)))
    whole[40:44] = b"\xff" * 4
    path.write_bytes(whole)
    sound = read_wav(path)
    assert (len(sound.samples), sound.warnings) == (1600, ())


FAULTS = {
    "empty": (b"", "is empty"),
    "text": (b"hello there, this is no sound at all", "not a WAV file"),
    "header only": (wav(b""), "no sound in it"),
    "cut in its header": (wav(b"1234")[:30], "no sound in it|header is cut off"),
    "no data": (b"RIFF" + struct.pack("<I", 4) + b"WAVE", "no sound in it"),
    "data first": (b"RIFF\0\0\0\0WAVE" + chunk(b"data", b"1234"), "damaged"),
    "less than a sample": (wav(b"1"), "no sound in it"),
    "mu-law": (wav(b"1234", codec=7, bits=8), "mu-law"),
    "mp3": (wav(b"1234", codec=0x55, bits=8), "MP3"),
    "odd codec": (wav(b"1234", codec=0x1234), "0x1234"),
    "12 bits": (wav(b"1234", bits=12), "12 bits"),
    "no channels": (wav(b"1234", channels=0), "damaged"),
    "rate of 1 Hz": (wav(b"1234", rate=1), "rate of 1 Hz"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_that_names_the_file(path: Path, fault: str) -> None:
    content, says = FAULTS[fault]
    path.write_bytes(content)
    with pytest.raises(SoundFileError, match=says) as error:
        read_wav(path, 16_000)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, says in (
        ("missing.wav", "no such file"),
        (".", "is a directory"),
        ("pipe", "not a regular file"),
    ):
        with pytest.raises(SoundFileError, match=says):
            read_wav(tmp_path / name)


def test_many_hours_are_refused_before_they_are_read(path: Path) -> None:
    head = wav(b"12")[:40] + struct.pack("<I", 0xFFFF_FF00)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(44 + 16_000 * 2 * 3600 * 4)  # sparse
    with pytest.raises(SoundFileError, match="3 hours"):
        read_wav(path)


def read_or_refuse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused = None
    try:
        sound = read_wav(path, 16_000)
    except SoundFileError as error:
        refused = str(error)
    if refused is None:
        assert (sound.samples.dtype, sound.samples.ndim) == (np.int16, 1)
        assert len(sound.samples) > 0
    else:
        assert str(path) in refused
        assert "\n" not in refused


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(content=st.binary(max_size=200))
@example(content=b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff")
def test_random_bytes_are_read_or_refused(path: Path, content: bytes) -> None:
    read_or_refuse(path, content)
    read_or_refuse(path, b"RIFF\0\0\0\0WAVE" + content)


@FUZZ
@given(
    codec=st.sampled_from([1, 3, EXTENSIBLE_PCM, EXTENSIBLE_FLOAT]),
    hits=st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=6),
    end=st.integers(0, 400),
)
def test_damaged_files_are_read_or_refused(path: Path, codec: int, hits: list[tuple[int, int]], end: int) -> None:
    content = bytearray(wav(as_bytes(RAMP[::16], codec, 32), codec, bits=32))
    for place, value in hits:
        content[place] = value
    read_or_refuse(path, bytes(content[: len(content) - end]))

"""GGUF headers: read strictly, and every damaged file answered with one line."""

import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from gguf_files import (
    U32,
    gguf_bytes,
    llama_metadata,
    llama_tensors,
    text,
    typed,
    write_interaction,
    write_llama,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_duplex.errors import ModelError
from edge_duplex.models import gguf
from edge_duplex.models.gguf import (
    CHECKSUM_KEY,
    GGUFInfo,
    data_sha256,
    patch_checksum,
    read_gguf,
    require_interaction,
    verify_checksum,
)

ONE = {"a": np.arange(64, dtype=np.float32).reshape(2, 32)}


def refusal(path: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(ModelError) as caught:
        read_gguf(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message


def read_or_refuse(path: Path) -> GGUFInfo | None:
    """What can be read is returned, what cannot is refused in one line; anything else is an error."""
    try:
        return read_gguf(path)
    except ModelError:
        refusal(path)
        return None


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "model.gguf"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("alignment", [32, 128])
def test_metadata_and_tensors_are_read(at: Path, version: int, alignment: int) -> None:
    metadata = {
        "general.alignment": U32(alignment),
        "word": "wörd",
        "yes": True,
        "number": -5,
        "half": 0.5,
        "words": ["a", "", "c"],
        "scores": [1.0, 2.0],
    }
    tensors = {**ONE, "b": np.ones(3, np.float32)}
    info = read_gguf(written(at, gguf_bytes(metadata, tensors, version, alignment)))
    assert info.version == version
    assert dict(info.metadata) == {
        "general.alignment": alignment,
        "word": "wörd",
        "yes": True,
        "number": -5,
        "half": 0.5,
        "words": ("a", "", "c"),
        "scores": (1.0, 2.0),
    }
    assert [(t.name, t.shape, t.type_name, t.size) for t in info.tensors] == [
        ("a", (32, 2), "F32", 256),
        ("b", (3,), "F32", 12),
    ]
    assert info.data_offset % alignment == 0
    data = at.read_bytes()[info.data_offset + info.tensors[0].offset :]
    assert np.array_equal(np.frombuffer(data[:256], "<f4"), ONE["a"].ravel())


def test_agrees_with_the_reference_reader(at: Path) -> None:
    reference = pytest.importorskip("gguf")
    write_llama(at)
    theirs = reference.GGUFReader(at)
    ours = read_gguf(at)
    assert ours.data_offset == theirs.data_offset
    assert [(t.name, list(t.shape), t.size) for t in ours.tensors] == [
        (t.name, [int(n) for n in t.shape], int(t.n_bytes)) for t in theirs.tensors
    ]
    assert set(ours.metadata) == {key for key in theirs.fields if not key.startswith("GGUF.")}


class TestFilesThatAreNoModel:
    def test_missing(self, at: Path) -> None:
        assert "no such model file" in refusal(at)

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "a folder" in refusal(tmp_path)

    def test_empty(self, at: Path) -> None:
        assert "empty file" in refusal(written(at, b""))

    def test_something_else(self, at: Path) -> None:
        assert "not a GGUF file" in refusal(written(at, b"RIFF and so on"))

    def test_a_pipe_is_refused_and_not_waited_for(self, at: Path) -> None:
        os.mkfifo(at)
        assert "not a regular file" in refusal(at)

    def test_a_name_no_file_can_have(self) -> None:
        with pytest.raises(ModelError, match="cannot be read"):
            read_gguf(Path("a\0b"))

    @pytest.mark.parametrize("version", [0, 1, 4, 99])
    def test_another_version(self, at: Path, version: int) -> None:
        assert f"GGUF version {version}" in refusal(written(at, gguf_bytes({}, ONE, version)))

    def test_big_endian(self, at: Path) -> None:
        assert "big-endian" in refusal(written(at, b"GGUF" + struct.pack(">IQQ", 3, 0, 0)))


class TestDamage:
    def test_cut_off_anywhere(self, at: Path) -> None:
        whole = gguf_bytes({"general.name": "x", "words": ["one", "two"]}, ONE)
        for length in range(1, len(whole)):
            refusal(written(at, whole[:length]))

    def test_cut_off_in_the_data_says_how_much_is_missing(self, at: Path) -> None:
        message = refusal(written(at, gguf_bytes({}, ONE)[:-10]))
        assert "cut off: 10 bytes of tensor 'a' are missing" in message

    @pytest.mark.parametrize(("at_byte", "what"), [(8, "tensors"), (16, "metadata entries")])
    @pytest.mark.parametrize("count", [10**4, 2**31, 2**63, 2**64 - 1])
    def test_absurd_counts(self, at: Path, at_byte: int, what: str, count: int) -> None:
        content = bytearray(gguf_bytes({"k": "v"}, ONE))
        content[at_byte : at_byte + 8] = struct.pack("<Q", count)
        assert f"says it has {count} {what}" in refusal(written(at, bytes(content)))

    @pytest.mark.parametrize("item_type", [0, 8, 12])
    def test_an_absurd_array(self, at: Path, item_type: int) -> None:
        entry = text("k") + struct.pack("<IIQ", 9, item_type, 2**40)
        head = struct.pack("<4sIQQ", b"GGUF", 3, 0, 1)
        assert "array items" in refusal(written(at, head + entry))

    def test_an_array_of_arrays(self, at: Path) -> None:
        entry = text("k") + struct.pack("<IIQ", 9, 9, 1) + bytes(40)
        assert "array item type 9" in refusal(written(at, struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + entry))

    def test_a_string_longer_than_the_file(self, at: Path) -> None:
        content = struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 2**62) + bytes(40)
        assert "cut off in its metadata" in refusal(written(at, content))

    def test_a_header_larger_than_any_model_needs(self, at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gguf, "MAX_HEADER_BYTES", 256)
        assert "its header is over" in refusal(written(at, gguf_bytes({"k": "v" * 500}, ONE)))

    def test_a_key_that_comes_twice(self, at: Path) -> None:
        entry = text("k") + typed("v")
        assert "comes twice" in refusal(written(at, struct.pack("<4sIQQ", b"GGUF", 3, 0, 2) + entry * 2))

    @pytest.mark.parametrize("alignment", [0, 48, 2**31])
    def test_an_alignment_that_is_none(self, at: Path, alignment: int) -> None:
        assert "power of two" in refusal(written(at, gguf_bytes({"general.alignment": U32(alignment)}, ONE)))

    @pytest.mark.parametrize(
        ("shape", "type_id", "offset", "complaint"),
        [
            ((), 0, 0, "0 dimensions"),
            ((1, 1, 1, 1, 1), 0, 0, "5 dimensions"),
            ((0,), 0, 0, "impossible for F32"),
            ((33,), 8, 0, "impossible for Q8_0"),
            ((32,), 0, 4, "not aligned"),
            ((32,), 0, 2**40, "are missing"),
            ((2**63, 2**63), 0, 0, "are missing"),
            ((32,), 999, 2**40, "are missing"),
        ],
    )
    def test_an_impossible_tensor(
        self, at: Path, shape: tuple[int, ...], type_id: int, offset: int, complaint: str
    ) -> None:
        info = text("t") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, type_id, offset)
        content = struct.pack("<4sIQQ", b"GGUF", 3, 1, 0) + info + bytes(256)
        assert complaint in refusal(written(at, content))

    @settings(max_examples=400, deadline=None)
    @given(st.data())
    def test_no_damage_gives_anything_but_a_model_error(self, data: st.DataObject) -> None:
        whole = bytearray(gguf_bytes({"general.alignment": U32(32), "k": ["a", "b"], "n": [1.0]}, ONE))
        for _ in range(data.draw(st.integers(1, 8))):
            place = data.draw(st.integers(0, len(whole) - 1))
            whole[place] = data.draw(st.integers(0, 255))
        length = data.draw(st.integers(0, len(whole)))
        with tempfile.TemporaryDirectory() as folder:
            info = read_or_refuse(written(Path(folder, "m.gguf"), bytes(whole[:length])))
        if info is not None:
            assert all(info.data_offset + t.offset + t.size <= length for t in info.tensors)

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=200))
    def test_random_bytes_after_the_magic(self, tail: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            read_or_refuse(written(Path(folder, "m.gguf"), b"GGUF\x03\0\0\0" + tail))


class TestChecksum:
    def test_what_was_patched_verifies(self, at: Path) -> None:
        info = read_gguf(write_interaction(at))
        verify_checksum(info)
        assert info.text(CHECKSUM_KEY) == data_sha256(info)

    def test_one_flipped_bit_in_the_data_is_found(self, at: Path) -> None:
        content = bytearray(write_interaction(at).read_bytes())
        content[-100] ^= 1
        info = read_gguf(written(at, bytes(content)))
        with pytest.raises(ModelError, match="damaged: its data does not match"):
            verify_checksum(info)

    def test_patching_changes_nothing_but_the_digits(self, at: Path) -> None:
        marks = {CHECKSUM_KEY: "0" * 64}
        before = gguf_bytes(llama_metadata() | marks, llama_tensors())
        checksum = patch_checksum(written(at, before))
        assert at.read_bytes() == before.replace(b"0" * 64, checksum.encode(), 1)

    def test_a_file_with_no_checksum_can_be_neither_verified_nor_patched(self, at: Path) -> None:
        info = read_gguf(write_llama(at))
        with pytest.raises(ModelError, match="carries no checksum"):
            verify_checksum(info)
        with pytest.raises(ModelError, match="carries no edge_duplex"):
            patch_checksum(at)

    @pytest.mark.parametrize("value", ["0" * 63, "é" * 64, "", True])
    def test_a_checksum_that_is_not_64_digits_is_damage(self, at: Path, value: object) -> None:
        assert "64 digits" in refusal(written(at, gguf_bytes({CHECKSUM_KEY: value}, ONE)))


class TestKind:
    def test_an_interaction_model_is_taken(self, at: Path) -> None:
        require_interaction(read_gguf(write_interaction(at)))

    def test_a_foreign_name_cannot_break_the_line(self, at: Path) -> None:
        content = gguf_bytes({"general.architecture": "bert", "general.name": "a\nb\x1b[2J"}, ONE)
        with pytest.raises(ModelError, match=r"bert \(a b\?\[2J\)"):
            require_interaction(read_gguf(written(at, content)))

    def test_a_foreign_model_is_named(self, at: Path) -> None:
        with pytest.raises(ModelError, match=r"a foreign model: llama \(tiny\), not an interaction model"):
            require_interaction(read_gguf(write_llama(at)))

"""Reading GGUF headers: what a model file says of itself, and whether it is whole.

llama.cpp reads the same files, but answers a damaged one with a null pointer or an abort. So every model is
read here first: strictly, without trusting a single count in it, and with errors that say what to do. A file
is magic, version, counts, metadata (key, type, value), tensor infos, padding, and the *data section*:
everything from the aligned data offset to the end of the file. Little-endian; versions 2 and 3.

Files made by this project carry the SHA-256 of their data section in their metadata, as 64 hex digits, so
that it can be written in place once the data is known.
"""

from __future__ import annotations

import hashlib
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, TypeAlias

from edge_duplex.errors import ModelError
from edge_duplex.models.tensors import TensorInfo

Scalar: TypeAlias = int | float | bool | str
Value: TypeAlias = Scalar | tuple[Scalar, ...]

KIND_KEY = "edge_duplex.kind"
CHECKSUM_KEY = "edge_duplex.sha256"
CHECKSUM_DIGITS = 64

MAX_HEADER_BYTES = 32 * 2**20
"""Bounds what a hostile file can make us hold; 260,000 pieces with their merges take about half of it."""
MAX_ALIGNMENT = 2**20
MAX_DIMENSIONS = 4
_MIN_ENTRY_BYTES = 13
"""A metadata entry: key length, type, and a one-byte value."""
_MIN_TENSOR_BYTES = 32
"""A tensor info: name length, dimension count, one dimension, type, offset."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""struct codes of the metadata types; 8 is a string, 9 an array."""
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class GGUFInfo:
    """What a GGUF file says of itself. Sizes and offsets are in bytes from the start of the file."""

    path: Path
    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[TensorInfo, ...]
    data_offset: int
    size: int
    checksum_offset: int | None
    """Where the 64 digits of the checksum are; None if the file carries none."""

    def text(self, key: str, default: str = "") -> str:
        """A metadata string as one printable line; the default where the key is absent or not a string."""
        value = self.metadata.get(key, default)
        if not isinstance(value, str):
            return default
        return "".join(c if c.isprintable() else "?" for c in " ".join(value.split()))

    @property
    def kind(self) -> str:
        """"interaction" for a model of this project; "" for any other."""
        return self.text(KIND_KEY)


class _BrokenError(Exception):
    """Why the file cannot be read; `read_gguf` adds the path and what to do."""


class _Cursor:
    """Reads values from the head of a file; going past its end is `_BrokenError`, never a short value."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head = head
        self.size = size
        self.at = 0

    def room(self, length: int, what: str) -> None:
        if length <= len(self.head) - self.at:
            return
        if self.at + length > self.size:
            raise _BrokenError(f"cut off in its {what}")
        raise _BrokenError(f"its header is over {MAX_HEADER_BYTES // 2**20} MiB, which no model needs")

    def unpack(self, code: str, count: int, what: str) -> tuple[Scalar, ...]:
        layout = f"<{count}{code}"
        self.room(struct.calcsize(layout), what)
        values = struct.unpack_from(layout, self.head, self.at)
        self.at += struct.calcsize(layout)
        return values

    def integer(self, code: str, what: str) -> int:
        return int(self.unpack(code, 1, what)[0])

    def string(self, what: str) -> str:
        length = self.integer("Q", what)
        self.room(length, what)
        raw = self.head[self.at : self.at + length]
        self.at += length
        # Vocabularies hold pieces of characters: not every value is whole UTF-8, and it is only shown.
        return raw.decode("utf-8", errors="replace")

    def count(self, minimum_bytes: int, what: str) -> int:
        """A count of things of at least so many bytes each; more than the file could hold is refused."""
        count = self.integer("Q", what)
        if count * minimum_bytes > self.size - self.at:
            raise _BrokenError(f"says it has {count} {what}, more than its {self.size} bytes can hold")
        return count


def _value(cursor: _Cursor, type_id: int, what: str) -> Value:
    if type_id in _SCALARS:
        return cursor.unpack(_SCALARS[type_id], 1, what)[0]
    if type_id == _STRING:
        return cursor.string(what)
    if type_id != _ARRAY:
        raise _BrokenError(f"unknown value type {type_id} in its {what}")
    item_type = cursor.integer("I", what)
    if item_type in _SCALARS:
        code = _SCALARS[item_type]
        return cursor.unpack(code, cursor.count(struct.calcsize("<" + code), "array items"), what)
    if item_type == _STRING:
        return tuple(cursor.string(what) for _ in range(cursor.count(8, "array items")))
    raise _BrokenError(f"unknown array item type {item_type} in its {what}")


def _metadata(cursor: _Cursor, count: int) -> tuple[dict[str, Value], int | None]:
    metadata: dict[str, Value] = {}
    checksum_offset = None
    for _ in range(count):
        key = cursor.string("metadata")
        if not key or key in metadata:
            raise _BrokenError(f"metadata key {key[:64]!r} is empty or comes twice")
        value = _value(cursor, cursor.integer("I", "metadata"), "metadata")
        metadata[key] = value
        if key == CHECKSUM_KEY:
            if not isinstance(value, str) or len(value) != CHECKSUM_DIGITS or not value.isascii():
                raise _BrokenError(f"{CHECKSUM_KEY} is not a string of {CHECKSUM_DIGITS} digits")
            checksum_offset = cursor.at - CHECKSUM_DIGITS
    return metadata, checksum_offset


def _tensor(cursor: _Cursor) -> TensorInfo:
    name = cursor.string("tensor list")
    dimensions = cursor.integer("I", "tensor list")
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise _BrokenError(f"tensor {name[:64]!r} has {dimensions} dimensions")
    shape = tuple(int(length) for length in cursor.unpack("Q", dimensions, "tensor list"))
    tensor = TensorInfo(name, shape, cursor.integer("I", "tensor list"), cursor.integer("Q", "tensor list"))
    if not tensor.possible:
        raise _BrokenError(f"tensor {name[:64]!r} has shape {list(shape)}, impossible for {tensor.type_name}")
    return tensor


def _alignment(metadata: Mapping[str, Value]) -> int:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= MAX_ALIGNMENT or alignment & (alignment - 1):
        raise _BrokenError("general.alignment is not a power of two")
    return int(alignment)


def _check_data(tensors: tuple[TensorInfo, ...], alignment: int, data_size: int) -> None:
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise _BrokenError("two of its tensors have the same name")
    for tensor in tensors:
        if tensor.offset % alignment:
            raise _BrokenError(f"tensor {tensor.name[:64]!r} is not aligned to {alignment} bytes")
        lacking = tensor.offset + tensor.size - data_size
        if lacking > 0:
            raise _BrokenError(f"cut off: {lacking} bytes of tensor {tensor.name[:64]!r} are missing")


def _parse(path: Path, head: bytes, size: int) -> GGUFInfo:
    if size == 0:
        raise _BrokenError("empty file")
    if head[:4] != b"GGUF":
        raise _BrokenError(f"not a GGUF file (it begins with {head[:4]!r})")
    cursor = _Cursor(head, size)
    cursor.at = 4
    version = cursor.integer("I", "header")
    if version not in (2, 3):
        big_endian = " (a big-endian file)" if version & 0xFFFF == 0 else ""
        raise _BrokenError(f"GGUF version {version}{big_endian}, and only 2 and 3 are supported")
    tensor_count = cursor.count(_MIN_TENSOR_BYTES, "tensors")
    entry_count = cursor.count(_MIN_ENTRY_BYTES, "metadata entries")
    metadata, checksum_offset = _metadata(cursor, entry_count)
    tensors = tuple(_tensor(cursor) for _ in range(tensor_count))
    alignment = _alignment(metadata)
    data_offset = -(-cursor.at // alignment) * alignment
    _check_data(tensors, alignment, size - data_offset)
    return GGUFInfo(path, version, MappingProxyType(metadata), tensors, data_offset, size, checksum_offset)


def _refuse(path: Path, reason: str, advice: str = "copy it again, or choose another model") -> NoReturn:
    raise ModelError(f"{path}: {reason}; {advice}")


def read_gguf(path: Path) -> GGUFInfo:
    """The header of a GGUF file, checked against the file's size; the tensors' data is not read.

    Raises ModelError for a file that is missing, no regular file, not GGUF, of another version, or cut off.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            _refuse(path, "a folder" if path.is_dir() else "not a regular file", "give a .gguf file")
        with path.open("rb") as file:
            head = file.read(MAX_HEADER_BYTES)
        return _parse(path, head, status.st_size)
    except FileNotFoundError:
        _refuse(path, "no such model file", "`edge-duplex models list` shows what there is")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error  # ValueError: a path with a NUL in it
        _refuse(path, f"cannot be read ({reason})", "check the path and its rights")
    except _BrokenError as broken:
        _refuse(path, str(broken))


def data_sha256(info: GGUFInfo) -> str:
    """SHA-256 of the data section, 64 hex digits. Reads the whole file; raises ModelError if it cannot."""
    digest = hashlib.sha256()
    try:
        with info.path.open("rb") as file:
            file.seek(info.data_offset)
            while chunk := file.read(2**20):
                digest.update(chunk)
    except OSError as error:
        _refuse(info.path, f"cannot be read ({error.strerror})", "check the path and its rights")
    return digest.hexdigest()


def verify_checksum(info: GGUFInfo) -> None:
    """Raises ModelError if the file carries no checksum or its data section is not what was written."""
    if info.checksum_offset is None:
        _refuse(info.path, f"carries no checksum ({CHECKSUM_KEY})", "export it again with `make model`")
    if info.text(CHECKSUM_KEY) != data_sha256(info):
        _refuse(info.path, "damaged: its data does not match its checksum", "copy it again")


def patch_checksum(path: Path) -> str:
    """Write the checksum of the data section into the file, in place; returns it.

    The file must already carry a checksum of 64 digits (any). Raises ModelError otherwise.
    """
    info = read_gguf(path)
    if info.checksum_offset is None:
        _refuse(path, f"carries no {CHECKSUM_KEY} to write to", "add it as 64 zeros when exporting")
    checksum = data_sha256(info)
    try:
        with path.open("r+b") as file:
            file.seek(info.checksum_offset)
            file.write(checksum.encode("ascii"))
    except OSError as error:
        _refuse(path, f"its checksum cannot be written ({error.strerror})", "check the rights and the disk")
    return checksum


def require_interaction(info: GGUFInfo) -> None:
    """Raises ModelError, saying what it is instead, if the file is not an interaction model."""
    if info.kind == "interaction":
        return
    what = info.kind or info.text("general.architecture", "unknown")
    name = info.text("general.name")
    named = f" ({name})" if name else ""
    _refuse(
        info.path,
        f"a foreign model: {what}{named}, not an interaction model",
        "`edge-duplex models list` shows those that can hold a conversation",
    )

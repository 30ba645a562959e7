"""Makes small GGUF files for tests, byte by byte, so that any part of them can be wrong."""

from __future__ import annotations

import string
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_duplex.models.gguf import CHECKSUM_DIGITS, CHECKSUM_KEY, KIND_KEY, patch_checksum

F32 = 0


@dataclass(frozen=True)
class U32:
    """A number to be written as an unsigned 32-bit integer (a plain int is written as 64 bits, signed)."""

    value: int


@dataclass(frozen=True)
class I32s:
    """An array of 32-bit integers."""

    values: list[int]


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def typed(value: Any) -> bytes:
    """A metadata value: its type number and its bytes."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, U32):
        return struct.pack("<II", 4, value.value)
    if isinstance(value, int):
        return struct.pack("<Iq", 11, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, I32s):
        return struct.pack(f"<IIQ{len(value.values)}i", 9, 5, len(value.values), *value.values)
    if isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    return struct.pack(f"<IIQ{len(value)}f", 9, 6, len(value), *value)


def gguf_bytes(
    metadata: Mapping[str, Any],
    tensors: Mapping[str, NDArray[np.float32]],
    version: int = 3,
    alignment: int = 32,
) -> bytes:
    """A whole file with F32 tensors. numpy's last axis is ggml's first."""
    entries = b"".join(text(key) + typed(value) for key, value in metadata.items())
    infos, data = b"", b""
    for name, array in tensors.items():
        shape = array.shape[::-1]
        infos += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, F32, len(data))
        data += array.astype("<f4").tobytes()
        data += bytes(-len(data) % alignment)
    head = struct.pack("<4sIQQ", b"GGUF", version, len(tensors), len(metadata)) + entries + infos
    return head + bytes(-len(head) % alignment) + data


def vocabulary() -> dict[str, Any]:
    """A SentencePiece vocabulary: three control tokens, 256 bytes, and the letters."""
    letters = ["▁", *string.ascii_lowercase]
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    kinds = [2, 3, 3] + [6] * 256 + [1] * 27
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": pieces,
        "tokenizer.ggml.scores": [-float(i) for i in range(len(pieces))],
        "tokenizer.ggml.token_type": I32s(kinds),
        "tokenizer.ggml.bos_token_id": U32(1),
        "tokenizer.ggml.eos_token_id": U32(2),
        "tokenizer.ggml.unknown_token_id": U32(0),
    }


def llama_metadata(width: int = 64, layers: int = 1) -> dict[str, Any]:
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.vocab_size": U32(286),
        "llama.context_length": U32(128),
        "llama.embedding_length": U32(width),
        "llama.block_count": U32(layers),
        "llama.feed_forward_length": U32(2 * width),
        "llama.attention.head_count": U32(2),
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": U32(width // 2),
        **vocabulary(),
    }


def llama_tensors(width: int = 64, layers: int = 1) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(7)

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        return random.normal(0, 0.1, (rows, columns)).astype(np.float32)

    tensors = {"token_embd.weight": matrix(286, width), "output_norm.weight": np.ones(width, np.float32)}
    for layer in range(layers):
        block = f"blk.{layer}."
        tensors |= {block + f"attn_{part}.weight": matrix(width, width) for part in ("q", "k", "v", "output")}
        tensors |= {block + f"{part}_norm.weight": np.ones(width, np.float32) for part in ("attn", "ffn")}
        tensors |= {block + f"ffn_{part}.weight": matrix(2 * width, width) for part in ("gate", "up")}
        tensors[block + "ffn_down.weight"] = matrix(width, 2 * width)
    return tensors


def write_llama(path: Path) -> Path:
    """A llama that loads (and talks nonsense); a foreign model, with no checksum."""
    path.write_bytes(gguf_bytes(llama_metadata(), llama_tensors()))
    return path


def write_interaction(path: Path) -> Path:
    """The same, marked as an interaction model and with its checksum."""
    marks = {KIND_KEY: "interaction", CHECKSUM_KEY: "0" * CHECKSUM_DIGITS}
    path.write_bytes(gguf_bytes(llama_metadata() | marks, llama_tensors()))
    patch_checksum(path)
    return path

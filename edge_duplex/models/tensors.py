"""ggml's tensor types and how much room a tensor takes: quantised types store values in blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass

BLOCKS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1),
    25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18),
}  # fmt: skip
"""ggml type number: name, values in a block, bytes of a block."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a GGUF file."""

    name: str
    shape: tuple[int, ...]
    """In ggml's order: the fastest axis first."""
    type_id: int
    offset: int
    """Bytes from the start of the file's data section."""

    @property
    def type_name(self) -> str:
        return BLOCKS[self.type_id][0] if self.type_id in BLOCKS else f"type {self.type_id}"

    @property
    def values(self) -> int:
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes; 0 for a tensor type that is newer than this table."""
        _, block_values, block_bytes = BLOCKS.get(self.type_id, ("", 1, 0))
        return self.values // block_values * block_bytes

    @property
    def possible(self) -> bool:
        """Whether the shape is one that ggml can store: no empty axis, and rows of whole blocks."""
        return 0 not in self.shape and self.shape[0] % BLOCKS.get(self.type_id, ("", 1, 0))[1] == 0

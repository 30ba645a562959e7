"""Quantising one GGUF file through llama.cpp, with everything around it that can go wrong.

The result is written beside its final name, checked (it loads, it predicts) and only then renamed, so that a
file of that name is always a whole one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_duplex.errors import ModelError
from edge_duplex.models.catalog import main_tensor_type
from edge_duplex.models.gguf import GGUFInfo, patch_checksum, read_gguf, verify_checksum
from edge_duplex.models.llama import Llama, quantise

FILE_TYPES = {
    "f16": 1, "bf16": 32, "q8_0": 7, "q6_k": 18, "q5_k_m": 17, "q5_k_s": 16, "q5_1": 9, "q5_0": 8,
    "q4_k_m": 15, "q4_k_s": 14, "q4_1": 3, "q4_0": 2, "iq4_nl": 25, "iq4_xs": 30,
    "q3_k_l": 13, "q3_k_m": 12, "q3_k_s": 11, "q2_k": 10,
}  # fmt: skip
"""llama_ftype numbers of the types that need no importance matrix, from more bits to fewer."""
FULL_TYPES = ("F32", "F16", "BF16", "F64")
CHECK_TOKENS = 64
"""Context of the trial run of the result: enough for one token, small for any model."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """What was done. Sizes in bytes."""

    source_bytes: int
    target_bytes: int
    tensor_type: str
    """What most of the result's bytes are; rows that do not fit the type's blocks get a neighbouring one."""
    vocabulary: int
    checksum: str
    """The one written into the result; "" if the source carries none."""

    @property
    def ratio(self) -> float:
        return self.target_bytes / self.source_bytes


def quantise_file(
    source: Path, target: Path, type_name: str, force: bool = False, threads: int = 2
) -> Quantised:
    """Write `source` as `target` in the named type. Raises ModelError; then `target` is as it was before."""
    if type_name.lower() not in FILE_TYPES:
        raise ModelError(f"unknown type {type_name!r}; there are: {', '.join(FILE_TYPES)}")
    info = _readable(source)
    _check_target(source, target, force)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        quantise(source, part, FILE_TYPES[type_name.lower()], threads)
        checksum = patch_checksum(part) if info.checksum_offset is not None else ""
        made = read_gguf(part)
        vocabulary = _try(part)
        os.replace(part, target)
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); check the folder and the disk"
        raise ModelError(f"{target}: {reason}") from None
    except ModelError as error:
        # The unfinished file's name means nothing to whoever asked for `target`.
        raise ModelError(str(error).replace(str(part), str(target))) from None
    finally:
        part.unlink(missing_ok=True)
    return Quantised(info.size, made.size, main_tensor_type(made), vocabulary, checksum)


def _readable(source: Path) -> GGUFInfo:
    info = read_gguf(source)
    if info.checksum_offset is not None:
        verify_checksum(info)
    tensor_type = main_tensor_type(info)
    if not tensor_type:
        raise ModelError(f"{source}: holds no tensors (a vocabulary only?); give a whole model")
    if tensor_type not in FULL_TYPES:
        raise ModelError(f"{source}: is {tensor_type} already; quantise the F32 or F16 file it was made from")
    return info


def _check_target(source: Path, target: Path, force: bool) -> None:
    if target.is_dir():
        raise ModelError(f"{target}: is a folder; give the name of the file to write")
    if not target.parent.is_dir():
        raise ModelError(f"{target}: its folder does not exist; make it first")
    if target.exists() and target.samefile(source):
        raise ModelError(f"{target}: is the input itself; give another name for the output")
    if target.exists() and not force:
        raise ModelError(f"{target}: is there already; give --force to replace it")


def _try(path: Path) -> int:
    """Load the result and predict from one token. The size of its vocabulary; raises ModelError."""
    model = Llama(path, context=CHECK_TOKENS, sequences=1)
    try:
        if not np.isfinite(model.decode([0], 0)).all():
            raise ModelError(f"{path}: the result predicts no numbers; choose a type with more bits")
        return model.vocabulary
    finally:
        model.close()

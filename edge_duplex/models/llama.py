"""llama.cpp, as little of it as is used here: the only place that imports it.

A `Llama` holds one model and one context with a few sequences over one unified cache, so that forking a
sequence copies no numbers, only marks cells as shared.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as api
import numpy as np
from numpy.typing import NDArray

from edge_duplex.errors import ModelError

_CONTROL = 8
"""llama_token_attr: a token that stands for no text."""
Q8_0 = 7
"""llama_ftype MOSTLY_Q8_0."""


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _quiet(level: int, text: bytes, data: ctypes.c_void_p) -> None:
    return None


_started = False


def _start() -> None:
    global _started
    if not _started:
        api.llama_log_set(_quiet, ctypes.c_void_p(0))
        api.llama_backend_init()
        _started = True


class Llama:
    """A model and its cache. `sequences` forks may live at once; positions run from 0 in each.

    Raises ModelError if the file is not a model that llama.cpp loads.
    """

    def __init__(self, path: Path, context: int = 1024, sequences: int = 2, threads: int = 1) -> None:
        _start()
        self._model = _load(path)
        self._vocab = api.llama_model_get_vocab(self._model)
        params = api.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = context, min(context, 512), min(context, 512)
        params.n_seq_max, params.kv_unified = sequences, True
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        made = api.llama_init_from_model(self._model, params)
        if not made:
            api.llama_model_free(self._model)
            raise ModelError(f"{path}: llama.cpp cannot make a context for it; use another model")
        self._context = made
        self._memory = api.llama_get_memory(made)
        self._batch = api.llama_batch_init(params.n_batch, 0, 1)
        self._most = int(params.n_batch)
        self.context = context
        self.vocabulary = int(api.llama_vocab_n_tokens(self._vocab))
        self.controls = self._controls()

    def _controls(self) -> dict[str, int]:
        """Control tokens by their text."""
        return {
            api.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace"): token
            for token in range(self.vocabulary)
            if api.llama_vocab_get_attr(self._vocab, token) & _CONTROL
        }

    def metadata(self, key: str) -> str | None:
        """A value of the file's header, as text."""
        buffer = ctypes.create_string_buffer(512)
        length = api.llama_model_meta_val_str(self._model, key.encode(), buffer, 512)
        return None if length < 0 else buffer.value.decode("utf-8", "replace")

    def tokens(self, text: str) -> list[int]:
        """Tokens of plain text, as if at the start of a word; no control tokens come of it."""
        raw = text.encode()
        room = len(raw) + 8
        buffer = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, False)
        return list(buffer[:count])

    def piece(self, token: int) -> str:
        """The text of a token: " time" with its space; a control token as it is written."""
        buffer = ctypes.create_string_buffer(64)
        length = api.llama_token_to_piece(self._vocab, token, buffer, 64, 0, True)
        return buffer.raw[: max(0, length)].decode("utf-8", "replace")

    def decode(self, tokens: Sequence[int], start: int, sequence: int = 0) -> NDArray[np.float32]:
        """Append tokens at positions `start`… of a sequence; the logits after the last, shape
        (vocabulary,)."""
        if not tokens:
            raise ValueError("nothing to decode")
        for offset in range(0, len(tokens), self._most):
            part = tokens[offset : offset + self._most]
            self._fill(part, start + offset, sequence, last=offset + len(part) == len(tokens))
            code = api.llama_decode(self._context, self._batch)
            if code != 0:
                raise ModelError(f"llama.cpp could not decode {len(part)} tokens (code {code}); its context is full")
        logits = api.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(logits, shape=(self.vocabulary,)).astype(np.float32, copy=True)

    def _fill(self, tokens: Sequence[int], start: int, sequence: int, last: bool) -> None:
        batch = self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i], batch.pos[i] = token, start + i
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, sequence
            batch.logits[i] = last and i == len(tokens) - 1

    def forget(self, start: int, sequence: int = 0) -> None:
        """Take back every token of a sequence from position `start` on."""
        api.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def fork(self, source: int, target: int) -> None:
        """Make `target` a copy of `source`: shares the cells, costs microseconds."""
        api.llama_memory_seq_rm(self._memory, target, -1, -1)
        api.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def close(self) -> None:
        if self._context is not None:
            api.llama_batch_free(self._batch)
            api.llama_free(self._context)
            api.llama_model_free(self._model)
            self._context = None


def _load(path: Path) -> ctypes.c_void_p:
    if not path.is_file():
        raise ModelError(f"{path}: no such model file; give one with --model, or reinstall the package")
    params = api.llama_model_default_params()
    params.n_gpu_layers = 0
    model = api.llama_model_load_from_file(str(path).encode(), params)
    if not model:
        raise ModelError(f"{path}: llama.cpp cannot load it; it is damaged or not a GGUF model, so fetch it again")
    return model  # type: ignore[no-any-return]


def quantise(source: Path, target: Path, file_type: int = Q8_0, threads: int = 2) -> None:
    """Write `source` with its matrices in another llama_ftype. Raises ModelError if llama.cpp refuses."""
    _start()
    params = api.llama_model_quantize_default_params()
    params.ftype, params.nthread = file_type, threads
    if api.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)) != 0:
        raise ModelError(f"{source}: llama.cpp could not quantise it to {target}; check the file and the disk")

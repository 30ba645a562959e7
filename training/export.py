"""A trained network and its vocabulary as GGUF, and its quantised form, each with the digest of its
tensors."""

from __future__ import annotations

import hashlib
from pathlib import Path

import gguf
import numpy as np
import torch

from edge_duplex.models.interaction.prompt import CONTROLS
from edge_duplex.models.llama import quantise
from training.network import Network
from training.tokeniser import BEGIN, FINISH, UNKNOWN, Tokeniser

VERSION = "1"
DIGEST_KEY = "edge_duplex.sha256"
_NO_DIGEST = "0" * 64


def write(path: Path, network: Network, tokeniser: Tokeniser) -> None:
    """The network in F32."""
    shape = network.shape
    out = gguf.GGUFWriter(str(path), "llama")
    out.add_name("edge-duplex interaction")
    out.add_string("edge_duplex.kind", "interaction")
    out.add_string("edge_duplex.version", VERSION)
    out.add_string(DIGEST_KEY, _NO_DIGEST)
    out.add_vocab_size(shape.vocabulary)
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_block_count(shape.layers)
    out.add_feed_forward_length(shape.hidden)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.heads)
    out.add_rope_dimension_count(shape.head_width)
    out.add_rope_freq_base(shape.rope_base)
    out.add_layer_norm_rms_eps(shape.epsilon)
    out.add_file_type(gguf.LlamaFileType.ALL_F32)
    _vocabulary(out, tokeniser, shape.vocabulary)
    for name, parameter in network.named_parameters():
        out.add_tensor(name, parameter.detach().float().numpy().astype(np.float32))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def _vocabulary(out: gguf.GGUFWriter, tokeniser: Tokeniser, size: int) -> None:
    model = tokeniser.pieces
    texts, scores, kinds = [], [], []
    for token in range(size):
        if token >= tokeniser.size:
            text, score, kind = f"<unused{token}>", -1e9, gguf.TokenType.UNUSED
        else:
            text, score, kind = model.id_to_piece(token), model.get_score(token), gguf.TokenType.NORMAL
            if model.is_unknown(token):
                kind = gguf.TokenType.UNKNOWN
            elif model.is_control(token):
                kind = gguf.TokenType.CONTROL
            elif model.is_byte(token):
                kind = gguf.TokenType.BYTE
        texts.append(text.encode())
        scores.append(score)
        kinds.append(kind)
    assert all(texts[model.piece_to_id(name)] == name.encode() for name in CONTROLS)
    out.add_tokenizer_model("llama")
    out.add_token_list(texts)
    out.add_token_scores(scores)
    out.add_token_types(kinds)
    out.add_bos_token_id(BEGIN)
    out.add_eos_token_id(FINISH)
    out.add_unk_token_id(UNKNOWN)
    out.add_add_bos_token(False)
    out.add_add_eos_token(False)
    out.add_add_space_prefix(True)


def data_section(path: Path) -> int:
    """The offset of the first byte of tensor data."""
    return int(gguf.GGUFReader(str(path)).data_offset)


def seal(path: Path) -> str:
    """Write the digest of the tensor data into the header, in place; returns it."""
    raw = path.read_bytes()
    digest = hashlib.sha256(raw[data_section(path) :]).hexdigest()
    key = DIGEST_KEY.encode()
    at = raw.index(key) + len(key) + 4 + 8  # the key is followed by a type (4 bytes) and a length (8 bytes)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(digest.encode())
    return digest


def load(network: Network, path: Path) -> None:
    """The parameters of an F32 file into a network of the same shape."""
    tensors = {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(str(path)).tensors}
    network.load_state_dict({name: torch.from_numpy(tensors[name]) for name, _ in network.named_parameters()})


def release(network: Network, tokeniser: Tokeniser, path: Path) -> Path:
    """Write PATH in Q8_0 and, beside it, the F32 it came from; returns the F32 path."""
    full = path.with_suffix(".f32.gguf")
    write(full, network, tokeniser)
    seal(full)
    quantise(full, path)
    seal(path)
    return full

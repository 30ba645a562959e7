"""llama.cpp through the few calls that are used: what was taken back or forked leaves no trace."""

from pathlib import Path

import numpy as np
import pytest

from edge_duplex.errors import ModelError
from edge_duplex.models.llama import Llama, quantise

WEIGHTS = Path(__file__).parent.parent / "edge_duplex" / "weights" / "interaction.gguf"


@pytest.fixture
def llama():
    made = Llama(WEIGHTS)
    yield made
    made.close()


def trunk_of(llama: Llama, text: str) -> list[int]:
    return [llama.controls["<s>"], llama.controls["<user>"], *(t for w in text.split() for t in llama.tokens(w))]


def test_text_survives_its_tokens(llama: Llama) -> None:
    for text in ("what", "o'clock", "It's", "zyxwvut", "timer.set"):
        assert "".join(llama.piece(token) for token in llama.tokens(text)).strip() == text


def test_no_text_makes_a_control_token(llama: Llama) -> None:
    assert llama.controls["<user>"] not in llama.tokens("<user>")
    assert llama.piece(llama.controls["<user>"]) == "<user>"


def test_a_leaf_taken_back_leaves_no_trace(llama: Llama) -> None:
    tokens = trunk_of(llama, "what time is it")
    straight = llama.decode(tokens, 0)
    llama.forget(0)
    llama.decode(tokens[:-1], 0)
    for status in ("<s80u>", "<v400a>"):
        llama.decode([llama.controls[status]], len(tokens) - 1)
        llama.forget(len(tokens) - 1)
    np.testing.assert_allclose(llama.decode(tokens[-1:], len(tokens) - 1), straight, atol=2e-3)


def test_a_fork_goes_its_own_way(llama: Llama) -> None:
    tokens = trunk_of(llama, "what time is it")
    llama.decode(tokens[:-1], 0)
    llama.fork(0, 1)
    llama.decode([llama.controls["<reply>"]], len(tokens) - 1, sequence=1)
    on_trunk = llama.decode(tokens[-1:], len(tokens) - 1, sequence=0)
    llama.forget(0, sequence=1)
    llama.forget(0)
    np.testing.assert_allclose(on_trunk, llama.decode(tokens, 0), atol=2e-3)


def test_a_full_context_is_an_error_and_not_a_crash() -> None:
    small = Llama(WEIGHTS, context=256)
    with pytest.raises(ModelError, match="context is full"):
        small.decode([small.controls["<user>"]] * 300, 0)
    small.close()


def test_header_values_are_read(llama: Llama) -> None:
    assert llama.metadata("edge_duplex.kind") == "interaction"
    assert llama.metadata("no.such.key") is None


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone.gguf: no such model file") as caught:
        Llama(tmp_path / "gone.gguf")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF but nothing else")
    with pytest.raises(ModelError, match=r"x.gguf: llama.cpp cannot load it"):
        Llama(tmp_path / "x.gguf")


def test_quantising_what_is_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="could not quantise"):
        quantise(tmp_path / "x.gguf", tmp_path / "y.gguf")

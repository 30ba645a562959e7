"""`python -m quantize gguf`: what it makes, and what it refuses without touching anything."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from gguf_files import gguf_bytes, llama_metadata, llama_tensors, write_interaction, write_llama

from edge_duplex.errors import ModelError
from edge_duplex.models import gguf
from edge_duplex.models.catalog import describe
from edge_duplex.models.gguf import CHECKSUM_KEY, KIND_KEY, read_gguf
from quantize import gguf_file
from quantize.cli import cli
from quantize.gguf_file import FILE_TYPES, quantise_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_interaction(tmp_path / "in.gguf")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.gguf"


def test_q8_0_is_about_a_quarter_of_f32_and_keeps_what_the_file_says(source: Path, target: Path) -> None:
    made = quantise_file(source, target, "q8_0")
    card = describe(target)
    assert (card.kind, card.tensor_type, card.checksum) == ("interaction", "Q8_0", "verified")
    assert card.parameters == describe(source).parameters
    assert made.vocabulary == 286
    assert made.target_bytes == target.stat().st_size
    tensors = (sum(tensor.size for tensor in read_gguf(path).tensors) for path in (target, source))
    small, large = tensors
    assert 0.26 < small / large < 0.28  # 34 bytes for 32 values, and the norms stay as they are


def test_the_checksum_is_the_new_files_own(source: Path, target: Path) -> None:
    made = quantise_file(source, target, "q8_0")
    info = read_gguf(target)
    data = target.read_bytes()[info.data_offset :]
    assert info.text(CHECKSUM_KEY) == made.checksum == hashlib.sha256(data).hexdigest()
    assert made.checksum != read_gguf(source).text(CHECKSUM_KEY)


def test_a_foreign_model_is_quantised_too_and_gets_no_checksum(tmp_path: Path, target: Path) -> None:
    assert quantise_file(write_llama(tmp_path / "chat.gguf"), target, "Q4_0").checksum == ""
    assert describe(target).tensor_type == "Q4_0"


@pytest.mark.parametrize("type_name", FILE_TYPES)
def test_every_type_it_lists_works(type_name: str, source: Path, target: Path) -> None:
    assert quantise_file(source, target, type_name).ratio < 1


class TestRefusals:
    """Each is one line, changes no file, and leaves none behind."""

    def refused(self, source: Path, target: Path, type_name: str = "q8_0", force: bool = False) -> str:
        before = sorted((path, path.read_bytes()) for path in target.parent.glob("*") if path.is_file())
        with pytest.raises(ModelError) as caught:
            quantise_file(source, target, type_name, force)
        assert sorted((p, p.read_bytes()) for p in target.parent.glob("*") if p.is_file()) == before
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def test_an_unknown_type_lists_the_known(self, source: Path, target: Path) -> None:
        message = self.refused(source, target, "q9")
        assert "'q9'" in message
        assert "q8_0, q6_k" in message

    def test_what_is_no_gguf(self, tmp_path: Path, target: Path) -> None:
        other = tmp_path / "in.wav"
        other.write_bytes(b"RIFF....WAVE")
        assert "not a GGUF file" in self.refused(other, target)

    def test_a_missing_input(self, tmp_path: Path, target: Path) -> None:
        assert "no such model file" in self.refused(tmp_path / "none.gguf", target)

    def test_a_damaged_input(self, source: Path, target: Path) -> None:
        content = bytearray(source.read_bytes())
        content[-5] ^= 4
        source.write_bytes(bytes(content))
        assert "damaged" in self.refused(source, target)

    def test_an_input_that_is_quantised_already(self, source: Path, target: Path) -> None:
        quantise_file(source, target, "q8_0")
        assert "is Q8_0 already" in self.refused(target, target.with_name("again.gguf"))

    def test_a_vocabulary_alone(self, tmp_path: Path, target: Path) -> None:
        path = tmp_path / "vocabulary.gguf"
        path.write_bytes(gguf_bytes(llama_metadata(), {}))
        assert "holds no tensors" in self.refused(path, target)

    def test_the_input_as_output_whatever_it_is_called(self, source: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.gguf"
        link.symlink_to(source)
        for same in (source, link):
            assert "is the input itself" in self.refused(source, same, force=True)

    def test_an_output_that_is_there(self, source: Path, target: Path) -> None:
        target.write_text("precious")
        assert "give --force" in self.refused(source, target)
        quantise_file(source, target, "q8_0", force=True)
        assert describe(target).tensor_type == "Q8_0"

    def test_an_output_in_no_folder(self, source: Path, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="its folder does not exist"):
            quantise_file(source, tmp_path / "none" / "out.gguf", "q8_0")

    def test_a_folder_as_output(self, source: Path, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="is a folder"):
            quantise_file(source, tmp_path, "q8_0", force=True)

    def test_a_model_that_llama_cpp_cannot_make_sense_of(self, tmp_path: Path, target: Path) -> None:
        path = tmp_path / "strange.gguf"
        path.write_bytes(gguf_bytes({"general.architecture": "sundial", KIND_KEY: "x"}, llama_tensors()))
        assert str(path) in self.refused(path, target)

    def test_a_result_that_does_not_load_never_gets_its_name(
        self, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def half(source: Path, part: Path, *rest: int) -> None:
            part.write_bytes(source.read_bytes()[:-1000])

        monkeypatch.setattr(gguf_file, "quantise", half)
        assert self.refused(source, target).startswith(f"{target}: cut off")


class TestCommand:
    def test_it_reports_sizes_type_and_time(self, source: Path, target: Path) -> None:
        result = CliRunner().invoke(cli, ["gguf", str(source), str(target), "--type", "q8_0"])
        assert result.exit_code == 0
        for line in ("in  ", "out ", "% of it", "mostly Q8_0", "loads and predicts", "time  "):
            assert line in result.output

    def test_a_refusal_is_one_line_and_status_2(self, source: Path) -> None:
        command = [sys.executable, "-m", "quantize", "gguf", str(source), str(source)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"quantize: {source}: is the input itself; give another name for the output\n"


def test_the_reader_and_llama_cpp_agree_on_what_a_result_is(source: Path, target: Path) -> None:
    """Tensor types that llama.cpp writes are all in the reader's table: sizes are known, none is skipped."""
    for type_name in FILE_TYPES:
        quantise_file(source, target, type_name, force=True)
        assert all(tensor.size > 0 for tensor in gguf.read_gguf(target).tensors)

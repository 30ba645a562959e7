"""Models by name: the bundled one, the user's own, and help for a name that is almost right."""

from pathlib import Path

import pytest
from gguf_files import write_interaction, write_llama

from edge_duplex.errors import ModelError
from edge_duplex.models.catalog import describe, find_model, list_models, models_folder


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    write_interaction(folder / "interaction.gguf")
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder with the user's own model "chatty" in it."""
    environment = {"XDG_DATA_HOME": str(tmp_path / "data")}
    models_folder(environment).mkdir(parents=True)
    write_llama(models_folder(environment) / "chatty.gguf")
    return environment


def test_the_data_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    home = tmp_path / ".local" / "share" / "edge-duplex" / "models"
    assert models_folder({}) == home
    assert models_folder({"XDG_DATA_HOME": "relative"}) == home
    assert models_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/edge-duplex/models")


def test_bundled_and_own_models_are_listed_by_name(environment: dict[str, str], bundled: Path) -> None:
    (models_folder(environment) / "notes.txt").touch()
    entries = list_models(environment, bundled)
    assert [(entry.name, entry.bundled) for entry in entries] == [("chatty", False), ("interaction", True)]


def test_ones_own_model_replaces_the_bundled_one(environment: dict[str, str], bundled: Path) -> None:
    mine = write_interaction(models_folder(environment) / "interaction.gguf")
    assert find_model("interaction", environment, bundled) == mine


def test_no_folder_is_no_error(tmp_path: Path) -> None:
    assert list_models({"XDG_DATA_HOME": "/nowhere"}, tmp_path / "none") == []


@pytest.mark.parametrize("name", ["interaction", "interaction.gguf"])
def test_found_by_name(name: str, environment: dict[str, str], bundled: Path) -> None:
    assert find_model(name, environment, bundled) == bundled / "interaction.gguf"


def test_found_by_path(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundled / "interaction.gguf"
    assert find_model(str(path), {}) == path
    monkeypatch.chdir(bundled)
    assert find_model("interaction.gguf", {}) == Path("interaction.gguf")
    monkeypatch.setenv("HOME", str(bundled))
    assert find_model("~/interaction.gguf", {}) == path


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("interacton", "no model is called 'interacton'; did you mean 'interaction'?"),
        ("xyzzy", "there are: chatty, interaction"),
        ("", "there are: chatty, interaction"),
        ("/nowhere/m.gguf", "/nowhere/m.gguf: no such model file"),
        ("a/\0", "no such model file"),
        ("~nobody-has-this-name/m.gguf", "no such user's home folder"),
    ],
)
def test_what_is_not_there_is_answered_in_one_line(
    asked: str, says: str, environment: dict[str, str], bundled: Path
) -> None:
    with pytest.raises(ModelError) as caught:
        find_model(asked, environment, bundled)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_path_that_is_almost_right_names_its_neighbour(bundled: Path) -> None:
    with pytest.raises(ModelError, match=r"did you mean .*/weights/interaction\.gguf\?"):
        find_model(str(bundled / "interactoin.gguf"), {})


def test_a_package_without_its_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the bundled model is missing; reinstall"):
        find_model("interaction", {"XDG_DATA_HOME": "/nowhere"}, tmp_path)


class TestDescription:
    def test_of_an_interaction_model(self, bundled: Path) -> None:
        card = describe(bundled / "interaction.gguf")
        assert (card.name, card.kind) == ("interaction", "interaction")
        assert (card.architecture, card.title) == ("llama", "tiny")
        assert (card.tensor_type, card.context_tokens, card.checksum) == ("F32", 128, "verified")
        assert card.parameters == 286 * 64 + 4 * 64 * 64 + 3 * 64 * 128 + 3 * 64
        assert card.size_bytes == (bundled / "interaction.gguf").stat().st_size

    def test_of_a_foreign_model(self, tmp_path: Path) -> None:
        card = describe(write_llama(tmp_path / "m.gguf"))
        assert (card.kind, card.checksum) == ("", "none")

    def test_a_damaged_model_is_refused(self, bundled: Path) -> None:
        path = bundled / "interaction.gguf"
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(bytes(content))
        with pytest.raises(ModelError, match="damaged"):
            describe(path)

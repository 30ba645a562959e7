"""`doctor`, `devices` and `models`: what is there, what is wrong with it, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_audio import World

from edge_duplex.config import ModelSettings, Settings
from edge_duplex.doctor import Finding, examine
from edge_duplex.errors import ModelError
from edge_duplex.launch import BUNDLED_CONVERSATION
from edge_duplex.view.tables import show_devices, show_model, show_models, table


def test_without_devices_every_failing_line_says_what_to_do() -> None:
    said: list[str] = []
    assert not examine(Settings(), BUNDLED_CONVERSATION, said.append, World(devices=[]).open_audio)
    failing = [line for line in said if line.startswith("FAIL")]
    assert len(failing) == 2
    assert all("plug one in" in line for line in failing)
    assert any(line.startswith("ok   model speed") for line in said)


def test_a_model_that_is_not_there_fails_with_the_nearest_name() -> None:
    said: list[str] = []
    settings = Settings(model=ModelSettings(name="interacton"))
    assert not examine(settings, BUNDLED_CONVERSATION, said.append, World(devices=[]).open_audio)
    assert "did you mean 'interaction'?" in said[-1]


def test_a_finding_is_one_line() -> None:
    assert Finding(False, "no sound", "plug it in").line() == "FAIL no sound; plug it in"
    assert Finding(True, "sound").line() == "ok   sound"


def test_devices_are_listed_with_their_rates_and_those_that_would_be_used() -> None:
    said: list[str] = []
    world = World()
    show_devices(world.open_audio(), said.append)
    assert [line.split()[0:3] for line in said[1:3]] == [["*0", "microphone", "Desk:"], ["*0", "loudspeaker", "Desk:"]]
    assert all("48000" in line for line in said[1:3])


def test_no_device_says_so() -> None:
    said: list[str] = []
    show_devices(World(devices=[]).open_audio(), said.append)
    assert len(said) == 2
    assert all(line.startswith("there is no") for line in said)


def test_models_are_listed_and_described() -> None:
    said: list[str] = []
    show_models(said.append)
    assert any(line.startswith("interaction ") for line in said)
    said.clear()
    show_model("interaction", said.append)
    assert {"kind          interaction", "checksum      verified"} <= set(said)


def test_info_on_what_is_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"no")
    with pytest.raises(ModelError, match=r"x\.gguf"):
        show_model(str(tmp_path / "x.gguf"), print)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table(("a", "b"), [("long", "x"), ("s", "y")]) == ["a     b", "long  x", "s     y"]

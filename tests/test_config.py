"""Settings are strict: what is unknown or out of range is said in one line that names the mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.config import Settings, load_settings, parse_settings
from edge_duplex.errors import ConfigError


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "edge.toml"
    path.write_text("")
    assert load_settings(path) == Settings()


def test_what_is_given_is_taken_and_the_rest_keeps_its_default() -> None:
    settings = parse_settings({"voice": {"name": "rms", "rate": 2}}, "x.toml")
    assert (settings.voice.name, settings.voice.rate) == ("rms", 2.0)
    assert settings.model == Settings().model


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"voice": {"nme": "rms"}}, r"x.toml: there is no setting 'voice.nme'; did you mean 'voice.name'\?"),
        ({"vioce": {}}, "did you mean 'voice'"),
        ({"voice": "rms"}, r"'voice' is a table: write \[voice\]"),
        ({"voice": {"name": "hal"}}, "voice.name must be one of slt, rms, awb, kal16, not 'hal'"),
        ({"voice": {"rate": "fast"}}, "voice.rate must be a number, not 'fast'"),
        ({"voice": {"rate": True}}, "voice.rate must be a number, not True"),
        ({"voice": {"rate": 9.0}}, "voice.rate must be from 0.5 to 2, not 9.0"),
        ({"audio": {"input_device": 3}}, "audio.input_device must be a text in quotes, not 3"),
    ],
)
def test_a_mistake_is_named_with_its_mend(table: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_settings(table, "x.toml")


def test_a_file_that_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        load_settings(tmp_path / "nowhere.toml")
    (tmp_path / "bad.toml").write_text("voice = [")
    with pytest.raises(ConfigError, match=r"bad\.toml: is not TOML"):
        load_settings(tmp_path / "bad.toml")


@given(st.dictionaries(st.sampled_from(["voice", "model", "audio", "x"]), st.none() | st.integers() | st.text() |
                       st.dictionaries(st.sampled_from(["name", "rate", "policy"]), st.integers() | st.text())))
def test_any_table_gives_settings_or_one_line(table: dict[str, object]) -> None:
    said = ""
    try:
        parse_settings(table, "x.toml")
    except ConfigError as problem:
        said = str(problem)
    assert "\n" not in said

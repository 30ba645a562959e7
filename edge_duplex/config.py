"""Settings: frozen, strict, read from TOML. An unknown key is an error that names the nearest known one."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from edge_duplex.errors import ConfigError


@dataclass(frozen=True, slots=True)
class AudioSettings:
    input_device: str = ""
    """Number or part of the name of the microphone; empty: the system's default."""
    output_device: str = ""
    """Number or part of the name of the loudspeaker; empty: the system's default."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    name: str = "interaction"
    """A name that `edge-duplex models list` knows, or the path of a GGUF."""
    policy: str = "model"
    """Who decides when to speak: "model", or "vad" (a silence timer, only to compare with)."""
    vad_silence_ms: float = 500.0
    """Silence after which the "vad" policy answers."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    name: str = "slt"
    """A flite voice: slt, rms, awb, kal16."""
    rate: float = 1.0
    """Speed of speech; 1.2 is a fifth faster."""


@dataclass(frozen=True, slots=True)
class FloorSettings:
    overlap_limit_ms: float = 1200.0
    """Speech over the agent that lasts this long stops it even if the model has no opinion."""


@dataclass(frozen=True, slots=True)
class Settings:
    audio: AudioSettings = field(default_factory=AudioSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    floor: FloorSettings = field(default_factory=FloorSettings)


RANGES: dict[str, tuple[float, float]] = {
    "model.vad_silence_ms": (100.0, 5000.0),
    "voice.rate": (0.5, 2.0),
    "floor.overlap_limit_ms": (200.0, 10000.0),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "model.policy": ("model", "vad"),
    "voice.name": ("slt", "rms", "awb", "kal16"),
}

T = TypeVar("T")


def load_settings(path: Path) -> Settings:
    """Read a TOML file. Raises ConfigError naming the file and the key."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read ({problem.strerror}); give --config an existing file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: is not TOML ({problem}); mend that place") from None
    return parse_settings(table, str(path))


def parse_settings(table: dict[str, Any], where: str) -> Settings:
    """Settings from nested tables; what is left out keeps its default. Raises ConfigError."""
    return _fill(Settings(), table, "", where)


def _fill(default: T, table: dict[str, Any], prefix: str, where: str) -> T:
    assert is_dataclass(default)
    known = [f.name for f in fields(default)]
    types = get_type_hints(type(default))
    changes: dict[str, Any] = {}
    for key, value in table.items():
        name = prefix + key
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise ConfigError(f"{where}: there is no setting {name!r}; did you mean {prefix + near!r}?")
        present = getattr(default, key)
        if is_dataclass(present):
            if not isinstance(value, dict):
                raise ConfigError(f"{where}: {name!r} is a table: write [{name}] and its settings below")
            changes[key] = _fill(present, value, name + ".", where)
        else:
            changes[key] = _checked(value, types[key], name, where)
    return replace(default, **changes)  # type: ignore[type-var]


def _checked(value: Any, kind: Any, name: str, where: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind):
        raise ConfigError(f"{where}: {name} must be a {_PLAIN[kind]}, not {value!r}")
    if name in RANGES:
        low, high = RANGES[name]
        if not low <= value <= high:
            raise ConfigError(f"{where}: {name} must be from {low:g} to {high:g}, not {value!r}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ConfigError(f"{where}: {name} must be one of {', '.join(CHOICES[name])}, not {value!r}")
    return value


_PLAIN: dict[type, str] = {float: "number", str: "text in quotes"}

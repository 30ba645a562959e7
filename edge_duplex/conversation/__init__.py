"""The conversation that comes with the program: one side of a talk, recorded, for want of a microphone.

`user.wav` is 16 kHz mono int16. `script.toml` says what is said in it and when; it is for reports and tests,
the program under test never sees it. Made by `bench/make_conversation.py`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

WAV = Path(__file__).with_name("user.wav")
SCRIPT = Path(__file__).with_name("script.toml")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    role: str
    """turn, pause_part (more of the same turn follows), interruption or backchannel."""
    at: float
    """Seconds to its first sound."""
    end: float
    """Seconds to its last sound."""


def script(path: Path = SCRIPT) -> tuple[Line, ...]:
    """What is said, in order. Raises OSError, or KeyError if a line lacks a field."""
    with path.open("rb") as file:
        lines = tomllib.load(file)["user"]
    return tuple(Line(line["text"], line["role"], float(line["at"]), float(line["end"])) for line in lines)

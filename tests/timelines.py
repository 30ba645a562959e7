"""Conversations as text, a character a block: what the floor tests are written in.

    user  "......####......"
    model "..A............."

What the characters mean is said in `play`, `states` and `loudness`.
"""

from __future__ import annotations

import numpy as np

from edge_duplex.audio.chunks import Chunk
from edge_duplex.audio.frames import Samples, block_samples
from edge_duplex.engine import Engine, Moment
from edge_duplex.models.protocol import FloorReport

RATE = 16000
BLOCK = block_samples(RATE)
LOUD = 8000


class MarkedVad:
    """Believes a block is voice when it is loud."""

    def voiced(self, block: Samples) -> bool:
        return int(np.abs(block).max()) > 0


class ScriptedLink:
    """A model whose chunks arrive when the test says so; keeps every frame it was handed."""

    def __init__(self) -> None:
        self.coming: list[Chunk] = []
        self.heard: list[tuple[FloorReport, Samples]] = []

    def put(self, report: FloorReport, frame: Samples) -> bool:
        self.heard.append((report, frame))
        return True

    def get(self) -> Chunk | None:
        return self.coming.pop(0) if self.coming else None


def speech(blocks: float, level: int = LOUD) -> Samples:
    return np.full(int(blocks * BLOCK), level, dtype=np.int16)


def play(user: str, model: str = "", overlap_limit_ms: float = 1200.0) -> list[Moment]:
    """Run a whole conversation.

    `user`: '#' a voiced block, anything else a silent one.
    `model`, aligned below it: 'A' a hundred blocks of speech arrive, '+' one, 'L' the utterance's last one, 'b' a
    backchannel of three, 'y' a yield; all for the engine's present turn. '!' is a block for the turn before.
    """
    link = ScriptedLink()
    engine = Engine(RATE, MarkedVad(), link, overlap_limit_ms)
    moments = []
    for voiced, coming in zip(user, model.ljust(len(user), "."), strict=True):
        turn = engine.turn
        chunks = {
            "A": Chunk(turn, speech(100)),
            "+": Chunk(turn, speech(1)),
            "L": Chunk(turn, speech(1), last=True),
            "b": Chunk(turn, speech(3), last=True, backchannel=True),
            "y": Chunk(turn, speech(0), yields=True),
            "!": Chunk(turn - 1, speech(1)),
        }
        if coming in chunks:
            link.coming.append(chunks[coming])
        moments.append(engine.block(speech(1) if voiced == "#" else speech(1, 0)))
    return moments


def states(moments: list[Moment]) -> str:
    """The floor, a character a block: '.' idle, 'u' user, 'a' agent, 'x' overlap."""
    return "".join({"idle": ".", "user": "u", "agent": "a", "overlap": "x"}[m.state.value] for m in moments)


def loudness(moments: list[Moment]) -> str:
    """The loudspeaker, a character a block: ' ' silent, '=' full, '-' ducked, '\\' going down, '/' coming up."""
    return "".join(_sign(int(m.said[0]), int(m.said[-1])) for m in moments)


def _sign(first: int, last: int) -> str:
    if first == last == 0:
        return " "
    if first > last:
        return "\\"
    if first < last:
        return "/"
    return "=" if first == LOUD else "-"


def names(moments: list[Moment]) -> list[str]:
    return [event.name for moment in moments for event in moment.events]

"""A duplex model for tests: says every frame that was loud back as one utterance of its own. Lives in a module so that
another process can import it."""

from __future__ import annotations

import os
import signal

from edge_duplex.audio.frames import Samples
from edge_duplex.errors import ModelError
from edge_duplex.models.host import Past
from edge_duplex.models.protocol import FloorReport, Note, Said, Word

LOUD, DEADLY = 1000, 2000


class Parrot:
    sample_rate = 16000

    def __init__(self, past: Past) -> None:
        self.past = past
        self.closed = False

    def step(self, heard: Samples, floor: FloorReport) -> Said:
        if heard.max() == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        if heard.max() < LOUD:
            return Said()
        notes = (Note("user_text", {"text": f"{len(self.past.spoken)}", "final": True}),)
        return Said(heard, last=True, words=(Word("squawk", 0, len(heard)),), notes=notes)

    def close(self) -> None:
        self.closed = True


def broken(past: Past) -> Parrot:
    raise ModelError("parrot.gguf: is not a parrot; give another file")

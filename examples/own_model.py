"""A duplex model of your own: a parrot. It says back what you said, and stops when you interrupt it.

python examples/own_model.py             live; wear headphones
python examples/own_model.py IN.wav      with a file as the microphone
"""

import sys
from pathlib import Path

import numpy as np

from edge_duplex.launch import RunOptions, run
from edge_duplex.models.protocol import Said, Word

RATE = 16_000


class Parrot:
    sample_rate = RATE

    def __init__(self, past):
        self.frames = []

    def step(self, heard, floor):
        """80 ms heard, as int16 samples; what to say from now on, if anything."""
        if floor.voice:
            self.frames.append(heard)
            if floor.pending and floor.voice > 0.3 * RATE:
                return Said(yields=True)
        elif self.frames and floor.silence > 0.5 * RATE:
            sound, self.frames = np.concatenate(self.frames), []
            start = floor.played + floor.pending
            return Said(sound, last=True, words=(Word("squawk!", start, start + len(sound)),))
        return Said()

    def close(self):
        pass


if __name__ == "__main__":  # the model's process imports this file too
    run(RunOptions(input=Path(sys.argv[1]) if len(sys.argv) == 2 else None), factory=Parrot)

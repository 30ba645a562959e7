"""A duplex model of your own: a parrot. It says back what you said, and stops when you interrupt it.

python examples/own_model.py             live; wear headphones
python examples/own_model.py IN.wav      with a file as the microphone
"""

import sys
from functools import partial

import numpy as np

from edge_duplex.audio.card import Card
from edge_duplex.audio.files import FileDevice
from edge_duplex.audio.portaudio import PyAudioPort
from edge_duplex.audio.wav import read_wav
from edge_duplex.engine import Engine
from edge_duplex.floor.vad import WebRtcVad
from edge_duplex.models.host import ProcessHost
from edge_duplex.models.protocol import Said, Word
from edge_duplex.notify import Notifier
from edge_duplex.record import Record
from edge_duplex.session import Session
from edge_duplex.view.terminal import open_view

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


def main():
    host = ProcessHost(Parrot, RATE)
    host.wait()
    engine = Engine(RATE, WebRtcVad(RATE), host)
    again = partial(ProcessHost, Parrot, RATE)  # how to start it anew, should it die
    session = Session(engine, host, again, Record(RATE), open_view(sys.stdout))
    if len(sys.argv) == 2:
        device = FileDevice(read_wav(sys.argv[1], RATE), finished=session.quiet)
    else:
        device = Card(PyAudioPort, RATE, say=session.notice)
    session.run(device, Notifier())


if __name__ == "__main__":  # the model's process imports this file too
    main()

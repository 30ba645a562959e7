"""Hear yourself: the microphone to the loudspeaker, through the engine, a tenth of a second late.

python examples/wire.py                  live; wear headphones
python examples/wire.py IN.wav OUT.wav   the same with files, and without waiting
"""

import sys
import time

from edge_duplex.audio.card import Card
from edge_duplex.audio.files import FileDevice
from edge_duplex.audio.portaudio import PyAudioPort
from edge_duplex.audio.tape import WavTape
from edge_duplex.audio.wav import read_wav
from edge_duplex.engine import Engine
from edge_duplex.floor.vad import WebRtcVad
from edge_duplex.models.host import InlineHost
from edge_duplex.models.protocol import Said

RATE = 16_000


class Wire:
    """A duplex model that says what it hears. As a backchannel it takes no floor, so it is never ducked."""

    sample_rate = RATE

    def step(self, heard, floor):
        return Said(heard, backchannel=True)

    def close(self):
        pass


def main():
    engine = Engine(RATE, WebRtcVad(RATE), InlineHost(lambda past: Wire()))
    if len(sys.argv) == 3:
        tape = WavTape(sys.argv[2], RATE)
        device = FileDevice(read_wav(sys.argv[1], RATE), pace="fast", tape=tape, finished=lambda: True)
    else:
        device = Card(PyAudioPort, RATE, say=print)
    device.start(lambda heard: engine.block(heard).said)
    try:
        while device.pump():
            if device.paced:
                time.sleep(0.05)
    except KeyboardInterrupt:
        pass
    finally:
        device.close()


if __name__ == "__main__":
    main()

"""Hear a conversation again: what would the assistant say today to what the user said then?

python examples/replay_file.py RECORDING.wav

The left channel is the microphone, as in the recordings of `edge-duplex run --record`. It goes through the
same engine and model as a live talk, in lock-step on the sample clock: an hour takes minutes.
"""

import sys
from datetime import datetime
from functools import partial

from edge_duplex.audio.files import FileDevice
from edge_duplex.audio.wav import read_wav
from edge_duplex.config import Settings
from edge_duplex.engine import Engine
from edge_duplex.floor.vad import WebRtcVad
from edge_duplex.models.host import InlineHost
from edge_duplex.models.registry import SAMPLE_RATE, check_model, open_model
from edge_duplex.notify import Notifier
from edge_duplex.record import Record
from edge_duplex.session import Session
from edge_duplex.view.plain import PlainView


def main():
    sound = read_wav(sys.argv[1], SAMPLE_RATE, channel=0)
    model = partial(open_model, Settings(), check_model("interaction"), datetime.now().astimezone())
    host = InlineHost(model)
    engine = Engine(SAMPLE_RATE, WebRtcVad(SAMPLE_RATE), host)
    view = PlainView(sys.stdout)
    session = Session(engine, host, lambda past: InlineHost(model), Record(SAMPLE_RATE), view)
    session.run(FileDevice(sound, pace="fast", finished=session.quiet), Notifier())


if __name__ == "__main__":
    main()

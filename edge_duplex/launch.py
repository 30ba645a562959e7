"""From what the user asked for to a running session: check, open, wire, run, and show what came of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TextIO

from edge_duplex.audio.card import Card
from edge_duplex.audio.device import Device
from edge_duplex.audio.files import FileDevice, Pace
from edge_duplex.audio.portaudio import PyAudioPort
from edge_duplex.audio.ports import choose
from edge_duplex.audio.priority import hurry_this_process
from edge_duplex.audio.tape import LineTape, WavTape
from edge_duplex.audio.wav import Sound, read_wav
from edge_duplex.config import Settings
from edge_duplex.engine import Engine
from edge_duplex.errors import DeviceError
from edge_duplex.floor.vad import WebRtcVad
from edge_duplex.models.host import InlineHost, ModelFactory, ModelHost, ProcessHost, ThreadHost
from edge_duplex.models.registry import SAMPLE_RATE, check_model, open_model
from edge_duplex.notify import Notifier
from edge_duplex.record import Places, Record, places_in
from edge_duplex.session import Session
from edge_duplex.view.terminal import open_view

SWITCH_S = 0.001
"""How long a thread may keep the interpreter from the audio callback (the default is 5 ms)."""
BUNDLED_CONVERSATION = Path(__file__).parent / "conversation" / "user.wav"


@dataclass(frozen=True, slots=True)
class RunOptions:
    settings: Settings = field(default_factory=Settings)
    input: Path | None = None
    """A WAV to be the microphone; None: the sound card."""
    output: Path | None = None
    events: Path | None = None
    record: Path | None = None
    """A folder."""
    pace: Pace = "real"
    in_thread: bool = False
    """Keep the model in a thread of this process, to be measured against the process of its own."""


def has_microphone(settings: Settings) -> bool:
    """Whether there is anything to listen to."""
    audio = PyAudioPort()
    try:
        choose(audio, settings.audio.input_device, "microphone")
    except DeviceError:
        return False
    finally:
        audio.close()
    return True


def run(options: RunOptions, stream: TextIO = sys.stdout, factory: ModelFactory | None = None) -> Places | None:
    """One conversation, to its end or to Ctrl-C. Returns where it was recorded. Raises EdgeDuplexError.

    `factory` makes a model of your own, at 16 kHz, in place of the one that the settings name.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.setswitchinterval(SWITCH_S)
    sound = read_wav(options.input, SAMPLE_RATE) if options.input else None
    factory = factory or _model_of(options.settings)
    places = places_in(options.record) if options.record else None
    host = _host(options, factory)
    try:
        engine = Engine(SAMPLE_RATE, WebRtcVad(SAMPLE_RATE), host, options.settings.floor.overlap_limit_ms)
        launch = partial(ProcessHost, factory, SAMPLE_RATE)
        session = Session(engine, host, launch, _record(options, places), open_view(stream))
        device = _device(options, sound, session)
        if isinstance(host, ProcessHost):
            host.wait()
    except BaseException:
        host.close()
        raise
    for warning in sound.warnings if sound else ():
        session.notice(warning)
    if options.pace == "real":
        hurry_this_process()
    with _signals(session):
        session.run(device, Notifier())
    return places


def _model_of(settings: Settings) -> ModelFactory:
    path = check_model(settings.model.name)
    return partial(open_model, settings, path, datetime.now().astimezone())


def _host(options: RunOptions, factory: ModelFactory) -> ModelHost:
    if options.pace == "fast":
        return InlineHost(factory)
    if options.in_thread:
        return ThreadHost(factory)
    return ProcessHost(factory, SAMPLE_RATE)


def _record(options: RunOptions, places: Places | None) -> Record:
    logs = [path for path in (options.events, places.events if places else None) if path]
    return Record(
        SAMPLE_RATE,
        WavTape(places.sound, SAMPLE_RATE, channels=2, make_parents=True) if places else None,
        tuple(LineTape(path, make_parents=path != options.events) for path in logs),
    )


def _device(options: RunOptions, sound: Sound | None, session: Session) -> Device:
    if sound is None:
        audio = options.settings.audio
        return Card(
            PyAudioPort,
            SAMPLE_RATE,
            microphone=audio.input_device,
            loudspeaker=audio.output_device,
            say=session.notice,
        )
    tape = WavTape(options.output, SAMPLE_RATE) if options.output else None
    return FileDevice(sound, pace=options.pace, tape=tape, finished=session.quiet, say=session.notice)


@contextmanager
def _signals(session: Session) -> Iterator[None]:
    """Ctrl-C and a polite kill end the session; a second Ctrl-C means it."""

    def stop(number: int, frame: object) -> None:
        session.stopping = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def after(places: Places, say: Callable[[str], None]) -> None:
    """The picture and the table of a recorded conversation."""
    from edge_duplex.view.report import show_report  # numpy and rich only now that nothing is in a hurry

    show_report(places, say)


def demo(options: RunOptions) -> RunOptions:
    """The bundled conversation in place of the microphone."""
    return replace(options, input=BUNDLED_CONVERSATION)

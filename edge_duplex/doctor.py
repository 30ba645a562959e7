"""`edge-duplex doctor`: does it work here? Every line that fails says what to do about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from edge_duplex.audio.card import Card
from edge_duplex.audio.echo_path import measure_echo
from edge_duplex.audio.frames import FRAME_MS, Samples, frame_samples
from edge_duplex.audio.portaudio import PyAudioPort
from edge_duplex.audio.ports import Direction, PortAudio, choose
from edge_duplex.audio.wav import read_wav
from edge_duplex.config import Settings
from edge_duplex.errors import DeviceError, EdgeDuplexError
from edge_duplex.models.host import Past
from edge_duplex.models.protocol import FloorReport
from edge_duplex.models.registry import SAMPLE_RATE, check_model, open_model

SPEED_FRAMES = 150
"""Frames of the bundled conversation that the model is timed on: 12 s, with questions and answers in them."""
ENOUGH = 0.7
"""Of real time: above that a model is too slow to be relied on."""
AUDIBLE_DB = -40.0
"""Echo louder than this against what is played is taken for a voice now and then."""


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    text: str
    advice: str = ""

    def line(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'} {self.text}" + (f"; {self.advice}" if self.advice else "")


def examine(
    settings: Settings,
    conversation: Path,
    say: Callable[[str], None],
    open_audio: Callable[[], PortAudio] = PyAudioPort,
) -> bool:
    """Say each finding as it is made; True if nothing failed. `conversation` is a WAV of a user speaking."""
    good = True
    for finding in chain(_sound(settings, open_audio), _model(settings, conversation)):
        say(finding.line())
        good = good and finding.good
    return good


def _sound(settings: Settings, open_audio: Callable[[], PortAudio]) -> Iterator[Finding]:
    audio = open_audio()
    found = 0
    wanted: tuple[tuple[Direction, str], ...] = (
        ("microphone", settings.audio.input_device),
        ("loudspeaker", settings.audio.output_device),
    )
    try:
        for direction, name in wanted:
            try:
                device = choose(audio, name, direction)
                found += 1
                yield Finding(True, f"{direction}: {device.name} ({device.default_rate} Hz, {device.host_api})")
            except DeviceError as problem:
                yield Finding(False, str(problem))
    finally:
        audio.close()
    if found == len(wanted):
        yield _echo(settings, open_audio)


def _echo(settings: Settings, open_audio: Callable[[], PortAudio]) -> Finding:
    card = Card(
        open_audio,
        SAMPLE_RATE,
        microphone=settings.audio.input_device,
        loudspeaker=settings.audio.output_device,
    )
    try:
        echo = measure_echo(card, SAMPLE_RATE)
    except DeviceError as problem:
        return Finding(False, str(problem))
    if echo is None:
        return Finding(True, "echo path: the microphone does not hear the loudspeaker (headphones, or muted)")
    text = f"echo path: round trip {echo.round_trip_ms:.0f} ms, echo {echo.level_db:.0f} dB against what is played"
    if echo.level_db > AUDIBLE_DB:
        return Finding(True, text, "use headphones: without them it may hear itself and stop")
    return Finding(True, text)


def _model(settings: Settings, conversation: Path) -> Iterator[Finding]:
    try:
        path = check_model(settings.model.name)
        began = time.perf_counter()
        model = open_model(settings, path, datetime.now().astimezone(), Past())
    except EdgeDuplexError as problem:
        yield Finding(False, str(problem))
        return
    yield Finding(True, f"model: {path.name}, loaded in {time.perf_counter() - began:.1f} s")
    spent = _step_times(model.step, read_wav(conversation, SAMPLE_RATE).samples)
    model.close()
    mean, worst = sum(spent) / len(spent) * 1000, sorted(spent)[int(len(spent) * 0.99)] * 1000
    text = f"model speed: {mean:.1f} ms a step of {FRAME_MS} ms (p99 {worst:.1f} ms)"
    if mean > ENOUGH * FRAME_MS:
        yield Finding(False, text, "too slow to talk with: close other programs, or choose a smaller model")
    else:
        yield Finding(True, f"{text}, {FRAME_MS / mean:.0f} times faster than real time")


def _step_times(step: Callable[[Samples, FloorReport], object], sound: Samples) -> list[float]:
    """Seconds of each step over the start of a conversation; the loudness stands in for voice activity."""
    size = frame_samples(SAMPLE_RATE)
    spent, voice, silence = [], 0, 0
    for number in range(min(SPEED_FRAMES, len(sound) // size)):
        frame = sound[number * size : (number + 1) * size]
        loud = int(abs(frame.astype(int)).max()) > 500
        voice, silence = (voice + size, 0) if loud else (0, silence + size)
        floor = FloorReport((number + 1) * size, 0, 0, 0, voice, silence)
        began = time.perf_counter()
        step(frame, floor)
        spent.append(time.perf_counter() - began)
    return spent

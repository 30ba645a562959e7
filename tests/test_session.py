"""A session keeps the sound, the log and the conversation together whatever happens to its parts."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from parrot import LOUD, Parrot
from timelines import BLOCK, RATE, MarkedVad, speech

from edge_duplex.audio.device import Block, Faults
from edge_duplex.audio.files import FileDevice
from edge_duplex.audio.frames import Samples
from edge_duplex.audio.tape import LineTape, WavTape
from edge_duplex.audio.wav import Sound, read_wav
from edge_duplex.engine import Engine
from edge_duplex.errors import SoundFileError
from edge_duplex.events import Event, parse
from edge_duplex.models.host import InlineHost, ModelHost, Past, ProcessHost
from edge_duplex.notify import Notifier
from edge_duplex.record import Record, places_in
from edge_duplex.session import Session
from edge_duplex.view.protocol import Meter

Step = Callable[[], bool]


class Watcher:
    """A view that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.meters: list[Meter] = []
        self.closed = 0

    def event(self, event: Event) -> None:
        self.events.append(event)

    def meter(self, meter: Meter) -> None:
        self.meters.append(meter)

    def close(self) -> None:
        self.closed += 1

    def notices(self) -> list[str]:
        return [event.fields["text"] for event in self.events if event.name == "notice"]


class PumpedDevice:
    """One block a pump, for as long as `go_on` says so."""

    name, paced = "pumped", False

    def __init__(self, go_on: Callable[[int], bool], level: int = 0) -> None:
        self.faults = Faults()
        self._go_on, self._level, self._blocks = go_on, level, 0
        self.closed = 0

    def start(self, block: Block) -> None:
        self._block = block

    def pump(self) -> bool:
        self._blocks += 1
        self._block(speech(1, self._level))
        return self._go_on(self._blocks)

    def close(self) -> None:
        self.closed += 1


def inline() -> ModelHost:
    return InlineHost(Parrot)


def never(past: Past) -> ModelHost:
    raise AssertionError("nothing was lost")


def session(host: ModelHost, record: Record, view: Watcher, launch: Callable[[Past], ModelHost] = never) -> Session:
    return Session(Engine(RATE, MarkedVad(), host), host, launch, record, view)


def run(sound: Samples, record: Record) -> Watcher:
    """A sound through a parrot, in lock-step."""
    view = Watcher()
    conversation = session(inline(), record, view)
    device = FileDevice(Sound(sound, RATE, "test"), pace="fast", finished=conversation.quiet)
    conversation.run(device, Notifier({}))
    return view


QUESTION = np.concatenate([speech(12, 0), speech(20, LOUD), speech(30, 0)])


def test_the_recording_has_the_user_left_and_the_agent_right_as_they_sounded(tmp_path: Path) -> None:
    places = places_in(tmp_path)
    run(QUESTION, Record(RATE, WavTape(places.sound, RATE, 2), (LineTape(places.events),)))
    left = read_wav(places.sound, channel=0).samples
    right = read_wav(places.sound, channel=1).samples
    assert np.array_equal(left[: len(QUESTION)], QUESTION)
    events = [parse(line) for line in places.events.read_text().splitlines()]
    start = next(event.t for event in events if event.name == "agent_start")
    # Silent up to the moment the log says; one block later the fade-in is over.
    assert not right[: int(start * RATE)].any()
    assert right[int(start * RATE) + BLOCK - 1] > LOUD // 2


def test_the_log_begins_and_ends_and_never_goes_back(tmp_path: Path) -> None:
    view = run(QUESTION, Record(RATE))
    names = [event.name for event in view.events]
    assert (names[0], names[-1]) == ("session_start", "session_stop")
    assert {"user_start", "user_text", "agent_start", "agent_text", "agent_stop", "user_stop"} <= set(names)
    times = [event.t for event in view.events]
    assert times == sorted(times)
    assert view.closed == 1
    assert len(view.meters) == pytest.approx(times[-1] / 0.14, rel=0.05)


def test_replayed_faster_than_real_time_it_is_the_same_to_the_sample() -> None:
    assert run(QUESTION, Record(RATE)).events == run(QUESTION, Record(RATE)).events


def test_a_second_conversation_in_a_folder_leaves_the_first_alone(tmp_path: Path) -> None:
    first = places_in(tmp_path)
    first.sound.write_bytes(b"precious")
    second = places_in(tmp_path)
    assert second.sound.name == "conversation-2.wav"
    assert second.events.name == "events-2.jsonl"


class FullTape:
    """A disk that is full from the third write on."""

    def __init__(self) -> None:
        self.writes = 0

    def write(self, sound: Samples) -> None:
        self.writes += 1
        if self.writes == 3:
            raise SoundFileError("x.wav: the disk is full; make room")

    def close(self) -> None: ...


def test_a_full_disk_is_said_once_and_the_conversation_goes_on() -> None:
    tape = FullTape()
    view = run(QUESTION, Record(RATE, tape))  # type: ignore[arg-type]
    assert view.notices() == ["x.wav: the disk is full; make room"]
    assert tape.writes > 50
    assert view.events[-1].name == "session_stop"


def test_a_killed_model_comes_back_with_the_conversation_so_far_and_the_sound_never_stops() -> None:
    host = ProcessHost(Parrot, RATE)
    host.wait()
    assert host.pid is not None
    view = Watcher()
    pasts: list[Past] = []

    def launch(past: Past) -> ModelHost:
        pasts.append(past)
        return ProcessHost(Parrot, RATE, past)

    def go_on(blocks: int) -> bool:
        spoken = any(event.name == "agent_text" for event in view.events)
        if spoken and not pasts:
            os.kill(host.pid or 0, signal.SIGKILL)
        return blocks < 200_000 and not any("back after" in text for text in view.notices())

    device = PumpedDevice(go_on, LOUD)
    session(host, Record(RATE), view, launch).run(device, Notifier({}))
    lost, back = view.notices()
    assert "starting it again" in lost
    assert "the model is back after" in back
    assert {spoken.text for spoken in pasts[0].spoken} >= {"squawk"}
    assert not device.faults.failed


def test_an_exception_on_the_way_still_closes_everything() -> None:
    view = Watcher()

    def go_on(blocks: int) -> bool:
        raise KeyboardInterrupt

    device = PumpedDevice(go_on)
    with pytest.raises(KeyboardInterrupt):
        session(inline(), Record(RATE), view).run(device, Notifier({}))
    assert (device.closed, view.closed) == (1, 1)
    assert view.events[-1].name == "session_stop"


def test_stopping_ends_it_after_the_present_block() -> None:
    view = Watcher()
    conversation = session(inline(), Record(RATE), view)

    def go_on(blocks: int) -> bool:
        conversation.stopping = blocks == 5
        assert blocks <= 5
        return True

    conversation.run(PumpedDevice(go_on), Notifier({}))
    assert view.events[-1].t == pytest.approx(5 * 0.02)

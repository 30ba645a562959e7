"""The whole sound path on a real PortAudio device: a daemon of its own for every test, nothing heard by
anyone."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_duplex.audio.card import Card
from edge_duplex.audio.device import RealClock
from edge_duplex.audio.echo_path import measure_echo
from edge_duplex.audio.frames import Samples
from edge_duplex.audio.portaudio import PyAudioPort
from edge_duplex.audio.ports import choose, rates
from edge_duplex.audio.tape import write_wav
from edge_duplex.audio.wav import read_wav
from edge_duplex.conversation import WAV, script
from edge_duplex.events import parse

pytestmark = [
    pytest.mark.soundcard,
    pytest.mark.skipif(not shutil.which("pulseaudio"), reason="PulseAudio is not installed"),
]

RATE = 16_000
SCRIPT = Path(__file__).parents[1] / ".ci" / "soundcard"


class SoundCard:
    """The virtual card of .ci/soundcard, and people at both ends of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[subprocess.Popen[bytes]] = []

    def do(self, action: str) -> str:
        return subprocess.run([SCRIPT, action], check=True, stdout=subprocess.PIPE, text=True).stdout

    def pactl(self, *words: str) -> None:
        subprocess.run(["pactl", *words], check=True, stdout=subprocess.DEVNULL)

    def speak(self, sound: Samples) -> None:
        """Into the microphone, from now on."""
        path = self._folder / "speech.wav"
        write_wav(path, sound, RATE)
        self._start("paplay", "-d", "micpipe", "--latency-msec=400", str(path))

    def record(self, sink: str = "speaker") -> Path:
        """What goes into `sink` (the loudspeaker, or "micpipe") from now on, as raw int16."""
        path = self._folder / f"{sink}.raw"
        args = (
            "-d",
            f"{sink}.monitor",
            f"--rate={RATE}",
            "--channels=1",
            "--format=s16le",
            "--latency-msec=400",
        )
        self._start("parec", *args, str(path))
        return path

    def _start(self, *command: str) -> None:
        self._programs.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))

    def end(self) -> None:
        for program in self._programs:
            program.terminate()
            program.wait(5)


@pytest.fixture
def soundcard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    monkeypatch.setenv("TMPDIR", "/tmp")  # the path of a socket has to be short
    started = subprocess.run([SCRIPT, "start"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in started.splitlines():
        name, value = line.removeprefix("export ").split("=", 1)
        monkeypatch.setenv(name, value)
    card = SoundCard(tmp_path)
    yield card
    card.end()
    card.do("stop")


class Conversation:
    """An engine that plays one sound over and over and keeps what it hears."""

    def __init__(self, playing: Samples) -> None:
        self._blocks = playing.reshape(-1, 320)
        self._heard: list[Samples] = []
        self._enough = threading.Event()
        self._wanted = 1 << 60

    def block(self, heard: Samples) -> Samples:
        said = self._blocks[len(self._heard) % len(self._blocks)]
        self._heard.append(heard.copy())
        if len(self._heard) >= self._wanted:
            self._enough.set()
        return said

    @property
    def heard(self) -> Samples:
        return np.concatenate(self._heard)

    def run(self, card: Card, seconds: float, limit_s: float = 20.0) -> None:
        """Until that much more has been heard."""
        self._enough.clear()
        self._wanted = len(self._heard) + round(seconds * 50)
        end = RealClock().now() + limit_s
        while not self._enough.wait(0.05):
            assert card.pump()
            assert RealClock().now() < end, f"only {len(self._heard)} of {self._wanted} blocks"


def melody(seconds: float, seed: int) -> Samples:
    """Tones that change every 100 ms, unlike anything else: only at its own place does it match itself."""
    random = np.random.default_rng(seed)
    hertz = np.repeat(random.uniform(200, 1200, round(seconds * 10)), RATE // 10)
    return np.rint(8000 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)).astype(np.int16)


def find(part: Samples, whole: Samples) -> tuple[int, float, float]:
    """Where `part` is in `whole`; how alike they are there, 0 to 1; how loud it is there, in dB."""
    size = len(whole) + len(part)
    x, y = whole.astype(np.float64), part.astype(np.float64)
    match = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)[: len(whole) - len(part) + 1]
    place = int(np.argmax(match))
    there = x[place : place + len(part)]
    alike = match[place] / np.sqrt((there @ there) * (y @ y) + 1e-9)
    return place, float(alike), float(20 * np.log10(match[place] / (y @ y)))


def test_what_is_spoken_is_heard_and_what_is_said_is_played(soundcard: SoundCard) -> None:
    said, spoken = melody(4.0, seed=1), melody(4.0, seed=2)
    conversation = Conversation(said)
    card = Card(PyAudioPort, RATE)
    card.start(conversation.block)
    assert card.plan is not None
    assert card.plan.sample_rate == 44_100  # which is what ALSA says of every plugin
    speaker = soundcard.record()
    soundcard.speak(spoken)
    conversation.run(card, 6.0)
    faults = card.faults
    card.close()
    soundcard.end()
    played = np.fromfile(speaker, np.int16)
    for sound, place in ((spoken, conversation.heard), (said, played)):
        windows = [find(sound[at : at + RATE // 2], place) for at in range(RATE // 2, 3 * RATE, RATE // 2)]
        _, alike, level = np.median(windows, axis=0)
        assert alike > 0.95
        assert level == pytest.approx(0, abs=0.5)
        # A window of another rate, even by a thousandth, would not be alike. What can be asked of their
        # places on a busy machine is that they are in order, as far apart as they were, but for a missed
        # buffer or two.
        steps = np.diff([place for place, _, _ in windows]) % (4 * RATE)
        assert np.median(steps) == pytest.approx(RATE // 2, abs=2)
        assert steps.sum() == pytest.approx(RATE // 2 * len(steps), abs=RATE // 4)
    assert (faults.failed, faults.collided, faults.gone) == (0, 0, 0)


def test_an_echo_path_is_measured(soundcard: SoundCard) -> None:
    soundcard.pactl("load-module", "module-loopback", "source=speaker.monitor", "sink=micpipe", "latency_msec=30")
    soundcard.pactl("set-sink-volume", "speaker", "-12dB")
    found = measure_echo(Card(PyAudioPort, RATE), RATE)
    assert found is not None
    assert found.level_db == pytest.approx(-12, abs=1)
    assert 30 < found.round_trip_ms < 500


def test_without_an_echo_path_none_is_found(soundcard: SoundCard) -> None:
    assert measure_echo(Card(PyAudioPort, RATE), RATE) is None


def test_a_sound_server_that_dies_is_waited_for(soundcard: SoundCard, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    conversation = Conversation(melody(4.0, seed=3))
    card = Card(PyAudioPort, RATE, say=told.append)
    clock = RealClock()
    card.start(conversation.block)
    conversation.run(card, 1.0)
    began, heard = clock.now(), len(conversation.heard)
    soundcard.do("kill")
    conversation.run(card, 2.5)
    assert told == ['the sound device "default" has gone; trying again']
    soundcard.do("again")
    spoken = melody(3.0, seed=4)
    while len(told) < 2:
        conversation.run(card, 0.1)
    assert told[1:] == ['the sound device "default" is back']
    soundcard.speak(spoken)
    conversation.run(card, 5.0)
    lived = (len(conversation.heard) - heard) / RATE
    assert lived == pytest.approx(clock.now() - began, abs=0.3)
    card.close()
    assert find(spoken[RATE : 2 * RATE], conversation.heard)[1] > 0.95
    assert card.faults.gone == 1
    assert capfd.readouterr().err == ""


def test_devices_are_listed_without_a_word_on_standard_error(
    soundcard: SoundCard, capfd: pytest.CaptureFixture[str]
) -> None:
    audio = PyAudioPort()
    device = choose(audio, "def", "microphone")
    assert (device.name, device.host_api) == ("default", "ALSA")
    assert {16_000, 44_100, 48_000} <= set(rates(audio, device, "microphone"))
    audio.close()
    assert capfd.readouterr().err == ""


def test_a_machine_without_a_sound_server_says_nothing_either(capfd: pytest.CaptureFixture[str]) -> None:
    audio = PyAudioPort()
    print("what the program says is seen", file=sys.stderr)
    audio.close()
    assert capfd.readouterr().err == "what the program says is seen\n"


def first_and_last(sound: Samples) -> tuple[float, float]:
    """Seconds at which there is the first and the last sound."""
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 300)
    return float(loud[0]) / RATE, float(loud[-1]) / RATE


def test_the_program_hears_a_question_at_the_microphone_and_answers_at_the_loudspeaker(
    soundcard: SoundCard, tmp_path: Path
) -> None:
    question = next(line for line in script() if "what time" in line.text)
    sound = read_wav(WAV).samples[int((question.at - 0.5) * RATE) : int((question.end + 0.2) * RATE)]
    command = [Path(sys.executable).parent / "edge-duplex", "run", "--record", tmp_path / "kept"]
    at_microphone, at_loudspeaker = soundcard.record("micpipe"), soundcard.record()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        limit = threading.Timer(60, program.kill)
        limit.start()
        for line in program.stdout:
            if "listening" in line:
                soundcard.speak(sound)
            if "agent " in line:
                break
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
        limit.cancel()
    soundcard.end()
    events = [parse(line) for line in (tmp_path / "kept" / "events.jsonl").read_text().splitlines()]
    assert "clock.time" in [event.fields.get("name") for event in events]
    # The two recorders do not begin at the very same moment: the wait is good to a twentieth of a second.
    asked = first_and_last(np.fromfile(at_microphone, np.int16))
    answered = first_and_last(np.fromfile(at_loudspeaker, np.int16))
    assert 0.0 < answered[0] - asked[1] < 0.60
    # What the loudspeaker played is what the program says it said.
    said = read_wav(tmp_path / "kept" / "conversation.wav", channel=1).samples
    start, end = first_and_last(said)
    begin = int(start * RATE)
    played = np.fromfile(at_loudspeaker, np.int16)[int(answered[0] * RATE) :]
    length = min(len(played), int(end * RATE) - begin, RATE)
    assert best_match(said[begin : begin + length], played) > 0.9


def best_match(wanted: Samples, found: Samples, slack: int = RATE // 50) -> float:
    """The best correlation of `wanted` with `found`, up to `slack` samples apart."""
    a = wanted[slack:-slack].astype(float)
    return max(
        float(np.corrcoef(a, found[at : at + len(a)].astype(float))[0, 1]) for at in range(0, 2 * slack, 2)
    )

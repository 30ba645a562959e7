"""The sound card: always a full block, never an exception, and a conversation that goes on when the card does
not."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from fake_audio import DUPLEX, HandClock, World

from edge_duplex.audio.card import Card, Watchdog
from edge_duplex.audio.frames import Samples
from edge_duplex.errors import DeviceError

RATE = 16_000


class Engine:
    """Says back what it hears; counts, and lets others wait for a count."""

    def __init__(self) -> None:
        self.heard: list[Samples] = []
        self.threads: set[str] = set()
        self._called = threading.Condition()

    def __call__(self, heard: Samples) -> Samples:
        with self._called:
            self.heard.append(heard.copy())
            self.threads.add(threading.current_thread().name)
            self._called.notify_all()
        return heard

    def wait_for(self, blocks: int) -> int:
        with self._called:
            self._called.wait_for(lambda: len(self.heard) >= blocks, timeout=5)
            return len(self.heard)


class Desk:
    """A card on a fake machine, with all that it was heard to say."""

    def __init__(self, world: World | None = None, microphone: str = "") -> None:
        self.world, self.clock, self.engine = world or World(), HandClock(), Engine()
        self.told: list[str] = []
        self.card = Card(self.world.open_audio, RATE, microphone=microphone, say=self.told.append, clock=self.clock)

    def start(self) -> Desk:
        self.card.start(self.engine)
        return self

    def run(self, seconds: float, beating: bool = True) -> None:
        """Let the card's time pass, 20 ms at a time, pumping as the program does."""
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            if beating and self.world.streams[-1].active:
                self.world.streams[-1].beat()
            assert self.card.pump()


def tone(rate: int, blocks: int) -> Samples:
    samples = np.arange(rate * blocks // 50)
    return np.rint(9000 * np.sin(2 * np.pi * 400 * samples / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [48_000, 44_100, 16_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_engine_hears_and_is_heard_at_its_own_rate(rate: int, channels: int) -> None:
    device = replace(DUPLEX, inputs=2, default_rate=rate)
    desk = Desk(World([device], rates=[rate], channels=[channels])).start()
    stream = desk.world.streams[0]
    size = stream.plan.block
    sound = tone(rate, 20)
    out = np.concatenate([stream.beat(sound[at : at + size]) for at in range(0, len(sound), size)])
    assert {len(block) for block in desk.engine.heard} == {320}
    heard = np.concatenate(desk.engine.heard)[3200:]
    assert np.abs(heard).max() == pytest.approx(9000, rel=0.01)
    assert len(out) == len(sound) * channels
    left, right = out[0::channels], out[channels - 1 :: channels]
    assert np.array_equal(left, right)
    assert np.abs(left[len(left) // 2 :]).max() == pytest.approx(9000, rel=0.02)
    desk.card.close()


def test_two_channels_are_heard_as_their_mean() -> None:
    desk = Desk(World([replace(DUPLEX, inputs=2, default_rate=RATE)], rates=[RATE], channels=[2])).start()
    callback = desk.world.streams[0]._callback
    callback(np.tile(np.array([1000, -400], np.int16), 320).tobytes(), False, False)
    assert set(desk.engine.heard[0]) == {300}
    desk.card.close()


def test_the_cards_own_rate_comes_first_and_others_if_it_is_refused() -> None:
    wishes: list[tuple[int, tuple[int, ...], int]] = [
        (44_100, (44_100, 48_000), 44_100),
        (44_100, (16_000, 48_000), 48_000),
        (96_000, (16_000,), 16_000),
        (11_025, (11_025, 44_100), 44_100),  # 20 ms of 11025 Hz is not a whole number of samples
    ]
    for own, taken, expected in wishes:
        desk = Desk(World([replace(DUPLEX, default_rate=own)], rates=taken)).start()
        assert desk.card.plan is not None
        assert desk.card.plan.sample_rate == expected
        desk.card.close()


def test_a_plan_that_will_not_open_gives_way_to_the_next() -> None:
    desk = Desk(World([DUPLEX], rates=[48_000, 44_100], starts=False))
    with pytest.raises(DeviceError):
        desk.start()
    assert [s.plan.sample_rate for s in desk.world.streams] == [48_000, 44_100]
    assert all(stream.closed for stream in desk.world.streams)
    assert desk.world.libraries == 0


@pytest.mark.parametrize(
    ("world", "says"),
    [
        (World(devices=[]), "there is no microphone; plug one in"),
        (World(devices=[replace(DUPLEX, outputs=0)]), "there is no loudspeaker"),
        (World(rates=[]), r'the microphone "Desk.*" opens at no known rate'),
        (World(together=False), "cannot be opened together"),
    ],
)
def test_what_cannot_start_is_one_line(world: World, says: str) -> None:
    with pytest.raises(DeviceError, match=says) as error:
        Desk(world).start()
    assert "\n" not in str(error.value)
    assert world.libraries == 0


def test_an_engine_that_raises_or_says_too_little_is_heard_as_silence_and_told_once() -> None:
    desk = Desk()
    answers = iter([RuntimeError("broken"), np.ones(3, np.int16), RuntimeError("again")])

    def engine(heard: Samples) -> Samples:
        answer = next(answers, heard)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    desk.card.start(engine)
    for _ in range(5):
        assert not desk.world.streams[0].beat().any()
        desk.card.pump()
    assert desk.card.faults.failed == 3
    assert desk.told == ["a fault in the sound engine, played as silence: RuntimeError: broken"]
    desk.card.close()


def test_under_and_overruns_are_counted() -> None:
    desk = Desk().start()
    for overrun, underrun in ((True, False), (False, True), (False, True), (False, False)):
        desk.world.streams[0].beat(None, overrun, underrun)
    assert (desk.card.faults.overruns, desk.card.faults.underruns) == (1, 2)
    desk.card.close()


def test_a_watchdog_is_patient_at_the_start_and_not_after() -> None:
    watchdog = Watchdog(10.0)
    assert not watchdog.stalled(0, 12.9)
    assert watchdog.stalled(0, 13.1)
    assert not watchdog.stalled(1, 14.0)
    assert not watchdog.stalled(1, 14.49)
    assert watchdog.stalled(1, 14.51)
    assert not watchdog.stalled(2, 99.0)  # who looked away for a while has seen nothing


@pytest.mark.parametrize("silently", [True, False])
def test_a_card_that_goes_is_told_once_and_its_time_goes_on(silently: bool) -> None:
    desk = Desk().start()
    desk.run(1.0)
    assert len(desk.engine.heard) == 50
    desk.world.opens = False
    desk.world.streams[0].active = silently
    desk.run(4.0, beating=False)
    assert desk.engine.wait_for(50 + 200) == 250
    assert desk.told == ['the sound device "Desk: USB Audio (hw:1,0)" has gone; trying again']
    assert desk.card.faults.gone == 1
    desk.card.close()


def test_a_card_that_is_back_has_the_engine_again_and_nobody_else() -> None:
    desk = Desk().start()
    desk.run(1.0)
    old = desk.world.streams[0]
    desk.world.opens = False
    old.active = False
    desk.run(0.6, beating=False)
    desk.engine.wait_for(80)
    desk.run(1.9, beating=False)
    desk.world.opens = True
    desk.run(3.0)
    assert desk.told[1:] == ['the sound device "Desk: USB Audio (hw:1,0)" is back']
    blocks = len(desk.engine.heard)
    # One clock hands over to the other: but for a few blocks, all of the 6.5 s have been lived through once.
    assert blocks == pytest.approx(325, abs=3)
    desk.engine.threads.clear()
    desk.run(1.0)
    assert len(desk.engine.heard) == blocks + 50
    assert desk.engine.threads == {"MainThread"}
    assert not old.beat().any()
    assert len(desk.engine.heard) == blocks + 50
    desk.card.close()
    assert (old.closed, desk.world.streams[-1].closed, desk.world.libraries) == (True, True, 0)


def test_time_is_made_up_from_the_last_block_even_if_nobody_watched_for_a_while() -> None:
    desk = Desk().start()
    desk.run(1.0)
    for _ in range(10):
        desk.clock.advance(0.02)
        desk.world.streams[0].beat()
    desk.world.opens = False
    desk.clock.advance(2.0)
    desk.run(1.0, beating=False)
    assert desk.engine.wait_for(60 + 150) == 210
    desk.card.close()


def test_a_stream_that_opens_but_never_calls_is_not_back() -> None:
    desk = Desk().start()
    desk.run(1.0)
    desk.world.streams[0].active = False
    desk.run(9.0, beating=False)
    assert len(desk.world.streams) >= 3
    assert len(desk.told) == 1
    assert desk.engine.wait_for(500) == 500
    desk.run(3.0)
    assert desk.told[1:] == ['the sound device "Desk: USB Audio (hw:1,0)" is back']
    assert desk.card.faults.gone == 1
    desk.card.close()


def test_a_card_unplugged_is_looked_for_by_its_name_and_may_come_back_at_another_rate() -> None:
    other = DUPLEX.__class__(1, "Webcam", "ALSA", 1, 1, 16_000)
    desk = Desk(World([DUPLEX, other], rates=(16_000, 44_100, 48_000)), microphone="usb").start()
    desk.run(0.5)
    desk.world.devices = [other]
    desk.world.streams[0].active = False
    desk.run(3.0)
    assert len(desk.world.streams) == 1
    desk.world.devices = [other, replace(DUPLEX, index=2, default_rate=44_100)]
    desk.run(2.0)
    assert desk.card.plan is not None
    assert desk.card.plan.sample_rate == 44_100
    assert desk.told[-1].endswith("is back")
    desk.card.close()


def test_nothing_enters_the_engine_after_close() -> None:
    for gone in (False, True):
        desk = Desk().start()
        desk.run(0.2)
        if gone:
            desk.world.streams[0].active = False
            desk.run(0.5, beating=False)
        desk.card.close()
        desk.card.close()
        count = len(desk.engine.heard)
        desk.clock.advance(1.0)
        desk.world.streams[0].beat()
        assert not desk.card.pump()
        assert len(desk.engine.heard) == count
        assert desk.world.libraries == 0

"""Latencies are read off the sound. In the drawings a character is 100 ms: `#` speech, `-` ducked speech,
`.` quiet; in a log, `S` and `E` start and end an utterance of the agent, `D` ducks, `Y` yields, `B` is its
own "uh-huh".
"""

import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_duplex.conversation import WAV, script
from edge_duplex.evaluate.latency import Latencies, measure, percentile
from edge_duplex.evaluate.sound import Run, levels, runs
from edge_duplex.events import Event

RATE = 16000
STEP = RATE // 10
AMPLITUDE = {"#": 0.3, "-": 0.3 * 10 ** (-12 / 20), ".": 0.0}
NAMES = {"S": "agent_start", "E": "agent_stop", "D": "duck", "Y": "yield", "B": "backchannel"}
CLOSE = 0.011


def channel(drawing: str, noise: float = 0.0) -> np.ndarray:
    """A buzz with the loudness that is drawn, over a little noise; int16."""
    gain = np.repeat([AMPLITUDE[c] for c in drawing], STEP)
    t = np.arange(len(gain)) / RATE
    buzz = np.sign(np.sin(2 * np.pi * 130 * t)) * gain
    return ((buzz + noise * np.random.default_rng(1).standard_normal(len(t))) * 32767).astype(np.int16)


def drawn(user: str, agent: str, log: str = "") -> Latencies:
    length = max(len(user), len(agent))
    user, agent = user.ljust(length, "."), agent.ljust(length, ".")
    stereo = np.stack([channel(user, 0.0005), channel(agent)], axis=1)
    return measure(stereo, RATE, [Event(i / 10, NAMES[c]) for i, c in enumerate(log) if c in NAMES])


def times(found: Latencies) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Replies (user's end, agent's start) and cut-ins (agent's start, user's end), to a hundredth."""
    return (
        [(round(r.user_end, 2), round(r.agent_start, 2)) for r in found.replies],
        [(round(c.agent_start, 2), round(c.user_end, 2)) for c in found.cut_ins],
    )


def test_a_reply_is_timed_from_the_users_last_sound() -> None:
    found = drawn("..#####............", "..........#####....")
    assert times(found) == ([(0.7, 1.0)], [])
    assert found.replies[0].latency == pytest.approx(0.3, abs=CLOSE)


def test_each_turn_has_its_reply_counted_from_its_own_last_word() -> None:
    found = drawn("..####............####....####.........", "........####......................####")
    assert times(found)[0] == [(0.6, 0.8), (3.0, 3.4)]


def test_speech_of_its_own_accord_is_no_reply() -> None:
    assert times(drawn("..####....................", "........####......####....")) == ([(0.6, 0.8)], [])


def test_speech_after_a_long_silence_is_no_reply() -> None:
    assert times(drawn("####" + "." * 80, "." * 74 + "##########")) == ([], [])


def test_speaking_before_the_user_has_ended_is_cutting_in() -> None:
    found = drawn("..##########......", "........########..")
    assert times(found) == ([], [(0.8, 1.2)])


def test_a_pause_between_sentences_is_not_a_new_reply() -> None:
    user = "####............##......................"
    agent = ".......##########...##########.........."
    log = ".......S......................E........."
    assert times(drawn(user, agent, log)) == ([(0.4, 0.7)], [])
    assert [round(w.start, 2) for w in drawn(user, agent, log).went_on] == [1.6]


def test_a_barge_in_is_timed_from_its_first_sound_to_duck_and_to_silence() -> None:
    user = "####............##########.............."
    agent = ".......###########---..........#####...."
    log = ".......S.........D..Y..........S....E..."
    found = drawn(user, agent, log)
    (stop,) = found.stops
    assert stop.barge_in_start == pytest.approx(1.6, abs=CLOSE)
    assert stop.ducked_after == pytest.approx(0.2, abs=CLOSE)
    assert stop.silent_after == pytest.approx(0.5, abs=CLOSE)
    assert times(found)[0] == [(0.4, 0.7), (2.6, 3.1)]
    assert found.went_on == ()


def test_without_a_log_a_lasting_silence_shows_the_barge_in() -> None:
    found = drawn("####............##########....", ".......###########---.........")
    assert [round(s.silent_after, 2) for s in found.stops] == [0.5]


def test_with_no_duck_it_was_ducked_when_it_was_silent() -> None:
    found = drawn("............######......", "..##############........", "................Y.......")
    (stop,) = found.stops
    assert stop.ducked_after == stop.silent_after == pytest.approx(0.4, abs=CLOSE)


def test_a_barge_in_of_two_breaths_is_timed_from_the_first() -> None:
    found = drawn("............##....####..", "..#################.....", "...................Y....")
    assert [round(s.silent_after, 2) for s in found.stops] == [0.7]


def test_a_yield_just_after_a_short_word_belongs_to_it() -> None:
    found = drawn("............##..........", "..##############........", "................Y.......")
    assert [round(s.silent_after, 2) for s in found.stops] == [0.4]


def test_a_reply_hard_on_the_heels_of_a_flush_is_still_a_reply() -> None:
    user = "............####........"
    agent = "..##############.######."
    found = drawn(user, agent, "..S.............YS.....E")
    assert [round(s.silent_after, 2) for s in found.stops] == [0.4]
    assert times(found)[0] == [(1.6, 1.7)]


def test_an_uh_huh_over_the_agent_goes_on() -> None:
    agent, log = "......#############-----########..", "......S...........D.............E."
    found = drawn("####..............##..............", agent, log)
    assert found.stops == ()
    (on,) = found.went_on
    assert (round(on.start, 2), round(on.end, 2)) == (1.8, 2.0)
    assert on.longest_gap <= CLOSE
    assert times(found) == ([(0.4, 0.6)], [])


def test_a_hole_in_the_agent_after_an_uh_huh_is_seen() -> None:
    agent, log = "....##############....##########", "....S..........................E"
    found = drawn("##..............##..............", agent, log)
    assert [round(w.longest_gap, 2) for w in found.went_on] == [0.4]


def test_the_agents_own_uh_huh_is_neither_reply_nor_cutting_in() -> None:
    found = drawn("##########..##########", "......##..............", "......B...............")
    assert found.cut_ins == ()


def test_silence_has_no_latencies() -> None:
    assert drawn("." * 10, "." * 10) == Latencies((), (), (), ())
    assert measure(np.zeros((0, 2), np.int16), RATE) == Latencies((), (), (), ())


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(100, 900),
    length=st.integers(60, 2000),
    loudness=st.floats(-32, -3),
    noise=st.sampled_from([0.0, 0.0003, 0.001]),
    rate=st.sampled_from([16000, 24000, 44100]),
)
def test_a_run_is_found_where_it_is(
    start: int, length: int, loudness: float, noise: float, rate: int
) -> None:
    samples = noise * np.random.default_rng(2).standard_normal(rate * (start + length + 1000) // 1000)
    first, last = rate * start // 1000, rate * (start + length) // 1000
    t = np.arange(last - first) / rate
    samples[first:last] += 10 ** (loudness / 20) * np.sin(2 * np.pi * 220 * t)
    (run,) = runs(levels((samples * 32767).astype(np.int16), rate))
    assert run.start == pytest.approx(start / 1000, abs=CLOSE)
    assert run.end == pytest.approx((start + length) / 1000, abs=CLOSE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=8))
def test_runs_are_parted_by_gaps_and_clicks_are_not_runs(pairs: list[tuple[int, int]]) -> None:
    """Sound and gaps, in tenths: a gap over a quarter of a second parts."""
    drawing = "...." + "".join("#" * sound + "." * gap for sound, gap in pairs) + "....."
    expected: list[Run] = []
    for i, _ in enumerate(drawing):
        if drawing[i] == "#" and "#" not in drawing[max(0, i - 3) : i]:
            expected.append(Run(i / 10, 0.0))
        if drawing[i] == "#":
            expected[-1] = Run(expected[-1].start, (i + 1) / 10)
    samples = channel(drawing)
    samples[STEP : STEP + 100] = 20000
    found = [Run(round(run.start, 1), round(run.end, 1)) for run in runs(levels(samples, RATE))]
    assert found == expected


def test_the_bundled_conversation_is_measured_as_its_script_says() -> None:
    with wave.open(str(WAV)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    found = runs(levels(sound, RATE))
    assert [run.start for run in found] == pytest.approx([line.at for line in script()], abs=0.03)
    assert [run.end for run in found] == pytest.approx([line.end for line in script()], abs=0.03)


def test_percentiles_lie_between_the_nearest_values() -> None:
    assert percentile([], 50) is None
    assert percentile([3.0], 95) == 3.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5

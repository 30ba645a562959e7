"""Sound leaves a cushion ahead of the loudspeaker; words count once they were played."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_duplex.models.interaction.outbox import AHEAD_FRAMES, CUSHION_FRAMES, Outbox
from edge_duplex.models.interaction.protocols import Speech
from edge_duplex.models.protocol import FloorReport, Word

RATE, FRAME = 16000, 1280


def speech(frames: int) -> Speech:
    """One word a frame, each sample numbered."""
    words = tuple(Word(f"w{i}", i * FRAME, (i + 1) * FRAME) for i in range(frames))
    return Speech(np.arange(frames * FRAME, dtype=np.int32).astype(np.int16), words)


def floor(now: int, played: int = 0, pending: int = 0, turn: int = 0, cut: int = 0) -> FloorReport:
    return FloorReport(now, turn, played, pending, 0, now, cut)


def test_a_cushion_is_given_at_once_and_then_kept() -> None:
    box = Outbox(RATE)
    box.heard(floor(0))
    box.begin(speech(20))
    first = box.take(floor(0), more_to_come=False)
    assert len(first.samples) == CUSHION_FRAMES * FRAME
    given, played = CUSHION_FRAMES, 0
    for step in range(1, 10):
        played += step > 1
        given += len(box.take(floor(step * FRAME, played * FRAME), False).samples) // FRAME
        assert given - played == AHEAD_FRAMES


def test_words_count_only_when_played_to_their_end() -> None:
    box = Outbox(RATE)
    box.heard(floor(0))
    box.begin(speech(5))
    box.take(floor(0), False)
    assert box.heard(floor(10 * FRAME, played=FRAME - 1)) == []
    heard = box.heard(floor(11 * FRAME, played=2 * FRAME))
    assert heard == [Word("w0", 9 * FRAME, 10 * FRAME), Word("w1", 10 * FRAME, 11 * FRAME)]


def test_after_a_flush_only_what_was_heard_before_it_counts() -> None:
    box = Outbox(RATE)
    box.heard(floor(0))
    box.begin(speech(9))
    box.take(floor(0), False)
    box.yields()
    assert box.flushing
    assert not box.speaking(floor(FRAME, FRAME))
    assert len(box.take(floor(FRAME, FRAME), False).samples) == 0
    heard = box.heard(floor(3 * FRAME, turn=1, cut=2 * FRAME))
    assert [word.text for word in heard] == ["w0", "w1"]
    assert not box.flushing
    assert not box.busy(floor(4 * FRAME, turn=1))
    assert box.heard(floor(9 * FRAME, turn=1, played=9 * FRAME)) == []


def test_a_flush_by_the_audio_process_ends_the_utterance_too() -> None:
    box = Outbox(RATE)
    box.heard(floor(0))
    box.begin(speech(9))
    box.take(floor(0), False)
    assert [w.text for w in box.heard(floor(FRAME, turn=1, cut=FRAME))] == ["w0"]
    assert not box.busy(floor(FRAME, turn=1))


def test_a_yield_after_the_last_sample_waits_for_nothing() -> None:
    box = Outbox(RATE)
    box.heard(floor(0))
    box.begin(speech(2))
    box.take(floor(0), False)
    box.yields()
    box.heard(floor(3 * FRAME, played=2 * FRAME))
    assert not box.flushing


def test_a_model_that_was_started_again_counts_on_from_what_the_turn_already_has() -> None:
    box = Outbox(RATE)
    box.heard(floor(99 * FRAME, played=7 * FRAME, pending=FRAME, turn=3))
    assert box.begin(speech(1))[0].start == 8 * FRAME


@settings(max_examples=200)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.data())
def test_nothing_is_lost_or_doubled_whatever_the_loudspeaker_does(parts: list[int], data: st.DataObject) -> None:
    box, now, played, given = Outbox(RATE), 0, 0, [np.zeros(0, np.int16)]
    box.heard(floor(0))
    rest = [speech(n) for n in parts]
    words = list(box.begin(rest.pop(0)))
    credited: list[str] = []
    for _ in range(300):
        now += FRAME
        if rest and box.wants_more:
            words += box.add(rest.pop(0))
        said = box.take(floor(now, played), bool(rest))
        given.append(said.samples)
        arrived = sum(map(len, given))
        played = min(arrived, played + FRAME * data.draw(st.integers(0, 1)) if len(given) < 40 else played + FRAME)
        credited += [word.text for word in box.heard(floor(now, played, arrived - played))]
        if played == sum(parts) * FRAME:
            break
    assert np.array_equal(np.concatenate(given), np.concatenate([speech(n).samples for n in parts]))
    assert credited == [word.text for word in words]
    assert [word.end for word in words] == [FRAME * (i + 1) for i in range(sum(parts))]

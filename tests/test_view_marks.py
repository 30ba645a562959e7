"""What a picture shows is read off the log; no label lies on another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.events import Event
from edge_duplex.view.marks import Label, agent_words, floor_spans, rows, stagger, user_words


def test_an_agents_word_begins_where_the_one_before_ended() -> None:
    log = [Event(1.0, "agent_start"), Event(1.3, "agent_text", {"text": "it"})]
    log += [Event(1.5, "agent_text", {"text": "is"}), Event(4.0, "agent_text", {"text": "three"})]
    third = Label(pytest.approx(3.7), 4.0, "three")
    assert agent_words(log) == [Label(1.0, 1.3, "it"), Label(1.3, 1.5, "is"), third]


def test_a_users_words_share_out_the_time_of_the_utterance() -> None:
    log = [Event(2, "user_text", {"text": "to me", "final": False})]
    log += [Event(4, "user_text", {"text": "tell me", "final": True, "start": 1.0, "end": 1.8})]
    assert user_words(log) == [Label(1.0, 1.5, "tell"), Label(1.5, 1.8, "me")]


def test_without_word_times_they_lie_where_voice_was_heard() -> None:
    log = [Event(1.2, "user_start", {"first_sound": 1.1}), Event(2.2, "user_stop", {"last_sound": 2.0})]
    log += [Event(2.3, "user_text", {"text": "stop", "final": True})]
    assert user_words(log) == [Label(1.1, 2.0, "stop")]


def test_an_utterance_with_a_pause_in_it_begins_with_its_first_part() -> None:
    log = [Event(1.2, "user_start", {"first_sound": 1.0}), Event(1.4, "user_text", {"text": "a", "final": False})]
    log += [Event(1.6, "user_stop", {"last_sound": 1.5}), Event(2.6, "user_start", {"first_sound": 2.5})]
    log += [Event(3.2, "user_stop", {"last_sound": 3.0}), Event(3.8, "user_text", {"text": "a b", "final": True})]
    assert user_words(log) == [Label(1.0, 2.0, "a"), Label(2.0, 3.0, "b")]


def test_the_floor_passes_from_one_to_both_to_the_other() -> None:
    over = ["user_start", "agent_start", "user_stop", "user_start"]
    names = [*over, "yield", "agent_stop", "user_stop", "agent_start"]
    log = [Event(float(t), name) for t, name in enumerate(names, start=1)]
    assert floor_spans(log, 9.0) == [
        Label(1, 2, "user"),
        Label(2, 3, "overlap"),
        Label(3, 4, "agent"),
        Label(4, 5, "overlap"),
        Label(5, 7, "user"),
        Label(8, 9, "agent"),
    ]


words = st.lists(
    st.tuples(st.floats(0, 20), st.text("abc", min_size=1, max_size=9)).map(lambda w: Label(w[0], w[0], w[1]))
)


@given(words.map(lambda labels: sorted(labels, key=lambda label: label.start)), st.integers(1, 3))
def test_labels_never_overlap_and_never_come_early(labels: list[Label], lanes: int) -> None:
    placed = stagger(labels, lanes, character=0.1)
    assert [p.text for p in placed] == [label.text for label in labels]
    for label, place in zip(labels, placed, strict=True):
        assert place.at >= label.start
        assert 0 <= place.lane < lanes
    for lane in range(lanes):
        for left, right in pairwise([p for p in placed if p.lane == lane]):
            assert left.at + 0.1 * len(left.text) <= right.at


@given(st.lists(st.floats(0.2, 9), max_size=30), st.floats(5, 20))
def test_rows_cover_everything_once_and_none_is_too_long(lengths: list[float], most: float) -> None:
    spans, t = [], 0.0
    for i, length in enumerate(lengths):
        if i % 2:
            spans.append(Label(t, t + length, "user"))
        t += length
    cut = rows(spans, t, most)
    assert cut[0][0] == 0
    assert cut[-1][1] == t
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    assert all(end - start <= most + 1e-9 for start, end in cut)


def test_a_row_ends_in_a_silence_if_there_is_one() -> None:
    spans = [Label(1, 6, "user"), Label(8, 12, "agent")]
    assert rows(spans, 14.0, 10.0) == [(0.0, 7.3), (7.3, 14.0)]

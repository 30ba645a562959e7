"""A word is on the timeline when the loudspeaker has played it to its end, and never if it was cut."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from timelines import BLOCK, RATE, speech

from edge_duplex.engine import Moment
from edge_duplex.events import Event, parse
from edge_duplex.floor.table import State
from edge_duplex.models.protocol import Note, Word
from edge_duplex.scribe import Scribe
from edge_duplex.timeline import Spoken, Timeline, Who, played_words


class Desk:
    """A scribe with what it told, and moments to give it."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.scribe = Scribe(RATE, self.told.append)
        self.now = 0

    def plays(self, blocks: int, turn: int = 0, played: int = 0, *events: str) -> int:
        """`blocks` blocks pass in which the turn goes on being played; how far it then is."""
        for block in range(blocks):
            self.now += BLOCK
            played += BLOCK
            happened = tuple(Event(self.now / RATE, name) for name in events) if block == 0 else ()
            self.scribe.moment(
                Moment(self.now, speech(1, 0), speech(1), State.AGENT, turn, played, happened)
            )
        return played

    def said(self) -> list[str]:
        return [event.fields["text"] for event in self.told if event.name == "agent_text"]


def word(text: str, start_block: int, end_block: int) -> Word:
    return Word(text, start_block * BLOCK, end_block * BLOCK)


def test_words_are_told_one_by_one_as_they_are_played() -> None:
    desk = Desk()
    desk.scribe.words(0, [word("it", 0, 2), word("is", 2, 4), word("ten", 4, 8)])
    played = desk.plays(3)
    assert desk.said() == ["it"]
    desk.plays(5, 0, played)
    assert desk.said() == ["it", "is", "ten"]


def test_the_timeline_has_the_time_at_which_a_word_sounded() -> None:
    desk = Desk()
    desk.scribe.words(0, [word("it", 1, 2)])
    desk.plays(3)
    # Said in the second block, so played while the third was heard.
    assert desk.scribe.timeline.spoken == [Spoken(3 * BLOCK, 2 * BLOCK, Who.AGENT, "it")]


def test_after_a_yield_what_was_not_heard_is_nowhere() -> None:
    desk = Desk()
    desk.scribe.words(0, [word("it", 0, 2), word("is", 2, 4), word("ten", 4, 8)])
    desk.plays(5)
    desk.plays(10, 1, 0, "yield")
    assert desk.said() == ["it", "is"]
    assert [spoken.text for spoken in desk.scribe.timeline.spoken] == ["it", "is"]


def test_words_of_a_cut_turn_that_are_told_late_count_as_far_as_it_was_played() -> None:
    desk = Desk()
    desk.plays(3)
    desk.plays(1, 1)
    desk.scribe.words(0, [word("it", 0, 2), word("is", 2, 4)])
    desk.plays(10, 1, BLOCK)
    assert desk.said() == ["it"]


def test_words_stand_between_their_start_and_their_stop_in_the_log() -> None:
    desk = Desk()
    desk.scribe.words(0, [word("yes", 0, 1)])
    desk.plays(1, 0, 0, "agent_start", "agent_stop")
    assert [event.name for event in desk.told] == ["agent_start", "agent_text", "agent_stop"]


def test_a_user_text_loses_its_samples_and_gains_seconds() -> None:
    desk = Desk()
    words = (("hello", 0, RATE // 2), ("there", RATE // 2, RATE))
    desk.scribe.note(Note("user_text", {"text": "hello there", "final": True, "words": words}))
    (event,) = desk.told
    assert event.fields == {"text": "hello there", "final": True, "start": 0.0, "end": 1.0}
    assert [spoken.text for spoken in desk.scribe.timeline.spoken] == ["hello", "there"]
    assert desk.scribe.timeline.open == ()


def test_what_the_model_wants_remembered_is_kept_and_not_logged() -> None:
    desk = Desk()
    desk.scribe.note(Note("memory", {"timers": [1]}))
    assert desk.scribe.memory == {"timers": [1]}
    assert desk.told == []


def test_a_revised_belief_replaces_the_one_before_until_it_is_settled() -> None:
    timeline = Timeline()
    timeline.hear([Word("wreck", 0, 5), Word("a", 5, 6)])
    timeline.hear([Word("recognise", 0, 6)])
    assert [spoken.text for spoken in timeline.spoken] == ["recognise"]
    timeline.settle()
    timeline.hear([Word("speech", 7, 9)])
    assert [spoken.text for spoken in timeline.spoken] == ["recognise", "speech"]


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(0, 300))
def test_played_words_are_a_prefix_that_ends_with_the_last_whole_word(lengths: list[int], played: int) -> None:
    words, at = [], 0
    for length in lengths:
        words.append(Word(str(at), at, at + length))
        at += length
    heard = played_words(words, played)
    assert heard == words[: len(heard)]
    assert all(w.end <= played for w in heard)
    assert len(heard) == len(words) or words[len(heard)].end > played


@given(
    st.floats(0, 1e5),
    st.dictionaries(st.text().filter(lambda key: key not in ("t", "event")), st.text() | st.integers(), max_size=4),
)
def test_an_event_survives_being_written_and_read(t: float, fields: dict[str, object]) -> None:
    event = Event(round(t, 4), "notice", fields)
    assert parse(event.line()) == event
    assert "\n" not in event.line()
    assert json.loads(event.line())["t"] == event.t


def test_a_skill_is_logged_by_its_own_name() -> None:
    desk = Desk()
    desk.scribe.note(Note("skill", {"name": "timer.set", "args": {"seconds": 300}, "result": None}))
    assert desk.told[0].fields["name"] == "timer.set"

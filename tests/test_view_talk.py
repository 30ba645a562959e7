"""Words are gathered to phrases, and the wait for a reply is known as soon as it can be."""

import pytest

from edge_duplex.events import Event
from edge_duplex.view.talk import LONGEST_PHRASE, Phrase, Phrases, ReplyWatch, describe

STOP = Event(2.2, "user_stop", {"last_sound": 2.0})

FINAL = Event(3.0, "user_text", {"text": "set a timer", "final": True, "start": 1.1, "end": 1.9})


def agent(t: float, *words: str) -> list[Event]:
    return [Event(t + i / 10, "agent_text", {"text": word}) for i, word in enumerate(words)]


def user(t: float, text: str, final: bool = True) -> Event:
    return Event(t, "user_text", {"text": text, "final": final})


def phrases(*events: Event) -> list[Phrase]:
    gather = Phrases()
    return [phrase for event in events for phrase in gather.event(event)]


def replies(*events: Event) -> list[float]:
    watch = ReplyWatch()
    return [wait for event in events if (wait := watch.event(event)) is not None]


def test_the_agents_words_come_as_one_phrase_when_it_stops() -> None:
    got = phrases(*agent(3.0, "it", "is", "three"), Event(3.5, "agent_stop"))
    assert got == [Phrase(3.0, "agent", "it is three")]


def test_the_end_of_a_sentence_ends_a_phrase() -> None:
    assert [p.text for p in phrases(*agent(1.0, "Hello.", "Good", "morning!"))] == ["Hello.", "Good morning!"]


def test_a_long_answer_without_a_stop_is_given_out_in_pieces() -> None:
    words = ["word"] * (LONGEST_PHRASE + 1)
    assert [len(p.text.split()) for p in phrases(*agent(0.0, *words))] == [LONGEST_PHRASE]


def test_a_yield_marks_the_words_that_were_cut() -> None:
    assert phrases(*agent(1.0, "I", "can"), Event(1.4, "yield")) == [Phrase(1.0, "agent", "I can", cut=True)]


def test_what_the_user_says_over_the_agent_stands_between_its_words() -> None:
    got = phrases(*agent(1.0, "I", "can"), user(1.5, "uh huh"), *agent(1.6, "count"), Event(2, "agent_stop"))
    assert [(p.who, p.text) for p in got] == [("agent", "I can"), ("user", "uh huh"), ("agent", "count")]


def test_a_reply_stands_after_what_it_answers_though_that_is_final_only_later() -> None:
    skill = Event(2.1, "skill", {"name": "timer.set", "args": {"seconds": 300}, "result": None})
    got = phrases(user(1.5, "set a", final=False), skill, *agent(2.3, "okay"), Event(2.6, "agent_stop"), FINAL)
    assert [(p.t, p.who, p.text) for p in got] == [
        (1.1, "user", "set a timer"),
        (2.1, "skill", "timer.set seconds=300"),
        (2.3, "agent", "okay"),
    ]


def test_what_the_agent_said_before_the_user_broke_in_stands_before_it() -> None:
    talk = [*agent(0.5, "I", "can"), user(1.5, "set a", final=False), Event(1.6, "yield"), *agent(2.3, "okay")]
    got = phrases(*talk, FINAL, Event(3.5, "agent_stop"))
    assert [p.text for p in got] == ["I can", "set a timer", "okay"]


def test_words_that_the_recogniser_takes_back_hold_nothing_up() -> None:
    talk = [user(1.5, "the", final=False), *agent(2.3, "okay."), user(3.0, "", final=True)]
    assert [p.text for p in phrases(*talk)] == ["okay."]


def test_a_noise_that_was_a_word_for_a_moment_holds_nothing_up_for_long() -> None:
    noise = [Event(1.2, "user_start"), user(1.5, "the", final=False), Event(1.8, "user_stop")]
    assert [p.text for p in phrases(*noise, *agent(2.3, "okay."), Event(4, "agent_stop"))] == ["okay."]


def test_at_the_end_nothing_is_held_back() -> None:
    talk = [user(1.5, "set a", final=False), *agent(2.3, "okay."), *agent(2.9, "five"), Event(4, "session_stop")]
    assert [p.text for p in phrases(*talk)] == ["okay.", "five"]


@pytest.mark.parametrize("event", [user(1.0, "set a", final=False), user(1.0, "", final=True)])
def test_partial_and_empty_texts_are_no_phrase(event: Event) -> None:
    assert phrases(event) == []


def test_the_wait_is_from_the_last_sound_not_from_when_it_was_known() -> None:
    got = replies(Event(1, "user_start"), STOP, Event(2.3, "agent_start"))
    assert got == [pytest.approx(0.3)]


def test_a_reply_that_begins_before_the_silence_is_certain_is_known_at_user_stop() -> None:
    got = replies(Event(1, "user_start"), Event(2.1, "agent_start"), STOP)
    assert got == [pytest.approx(0.1)]


def test_cutting_in_is_not_a_reply() -> None:
    assert replies(Event(1, "user_start"), Event(1.5, "agent_start"), STOP) == []


def test_speech_of_its_own_accord_is_not_a_reply() -> None:
    uh_huh = [Event(5, "user_start"), Event(5.5, "user_stop", {"last_sound": 5.4})]
    assert replies(Event(4, "agent_start"), *uh_huh, Event(7, "agent_stop"), Event(9, "agent_start")) == []


def test_one_silence_is_answered_once() -> None:
    again = [Event(3, "agent_stop"), Event(9, "agent_start")]
    assert len(replies(Event(1, "user_start"), STOP, Event(2.5, "agent_start"), *again)) == 1


def test_every_other_event_has_a_line_or_none() -> None:
    assert describe(Event(1, "yield", {"heard_ms": 1840})) == "agent gives way, 1.8 s of it heard"
    assert describe(Event(1, "notice", {"text": "no sound card"})) == "no sound card"
    assert describe(Event(1, "user_start")) is None

"""The skills: what they answer, and that asking alone changes nothing."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from edge_duplex.skills.protocol import Answer, Scene
from edge_duplex.skills.registry import Skills

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=1)))
NAMES = ("clock.time", "clock.date", "timer.set", "timer.left", "timer.cancel", "math.calculate", "repeat")


def at(minutes: float = 0, last_said: str = "") -> Scene:
    return Scene(NOON + timedelta(minutes=minutes), last_said)


def said(skills: Skills, name: str, words: str = "", minutes: float = 0) -> str:
    """Asks, and lets it come true, as when it is spoken."""
    answer = skills.ask(name, words, at(minutes))
    answer.effect()
    return answer.text


def test_the_skills_that_come_with_it() -> None:
    assert set(NAMES) <= set(Skills().names)


def test_an_unknown_skill_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Skills().ask("weather", "", at())


def test_one_more_skill_is_one_more_name() -> None:
    class Coin:
        name = "coin.flip"

        def answer(self, words: str, scene: Scene) -> Answer:
            return Answer("Heads.")

    assert Skills([Coin()]).ask("coin.flip", "", at()).text == "Heads."


@given(st.sampled_from(NAMES), st.text(max_size=40))
def test_no_words_ever_raise_and_there_is_always_something_to_say(name: str, words: str) -> None:
    answer = Skills().ask(name, words, at())
    assert answer.text.strip()
    json.dumps([dict(answer.args), answer.result])


@given(st.sampled_from(NAMES), st.sampled_from(["five minutes", "ten minutes for tea", "", "all", "2 * 3"]))
def test_asking_changes_nothing(name: str, words: str) -> None:
    skills = Skills()
    said(skills, "timer.set", "three minutes")
    before = skills.memory()
    skills.ask(name, words, at())
    assert skills.memory() == before


# --- clock


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (15, 10, "It's ten past three."),
        (9, 0, "It's nine o'clock."),
        (0, 0, "It's midnight."),
        (12, 0, "It's noon."),
        (7, 15, "It's a quarter past seven."),
        (7, 30, "It's half past seven."),
        (23, 45, "It's a quarter to twelve."),
        (12, 35, "It's twenty five to one."),
        (3, 7, "It's three oh seven."),
        (18, 42, "It's six forty two."),
    ],
)
def test_the_time_is_told_as_people_tell_it(hour: int, minute: int, text: str) -> None:
    scene = Scene(NOON.replace(hour=hour, minute=minute))
    answer = Skills().ask("clock.time", "", scene)
    assert answer.text == text
    assert answer.result == f"{hour:02}:{minute:02}"


def test_the_date_and_the_days_beside_it() -> None:
    skills = Skills()
    assert skills.ask("clock.date", "", at()).text == "It's Sunday, the twenty second of November."
    assert (
        skills.ask("clock.date", "tomorrow", at()).text == "Tomorrow is Monday, the twenty third of November."
    )
    assert skills.ask("clock.date", "", at()).result == "2026-11-22"


# --- timers


def test_a_timer_rings_when_its_time_is_over_and_only_once() -> None:
    skills = Skills()
    assert said(skills, "timer.set", "five minutes") == "Okay, five minutes, starting now."
    assert skills.due(NOON + timedelta(minutes=4.99)) == []
    (due,) = skills.due(NOON + timedelta(minutes=5))
    assert (due.text, due.label) == ("Your five minute timer is done.", "five minute timer")
    assert skills.due(NOON + timedelta(minutes=6)) == []


def test_a_timer_that_is_only_asked_for_never_rings() -> None:
    skills = Skills()
    skills.ask("timer.set", "five minutes", at())
    assert skills.due(NOON + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("words", "args"),
    [
        ("ten minutes for the pasta", {"seconds": 600, "label": "pasta"}),
        ("pasta ten minutes", {"seconds": 600, "label": "pasta"}),
        ("ten minutes for the washing machine", {"seconds": 600, "label": "washing machine"}),
        ("five no ten minutes", {"seconds": 600}),
        ("five minutes no wait ten minutes for my nap", {"seconds": 600, "label": "nap"}),
        ("half an hour", {"seconds": 1800}),
    ],
)
def test_length_and_name_are_read_from_the_words(words: str, args: dict[str, object]) -> None:
    assert Skills().ask("timer.set", words, at()).args == args


@pytest.mark.parametrize("words", ["", "the pasta", "zero minutes", "five"])
def test_a_timer_without_a_length_asks_for_it(words: str) -> None:
    skills = Skills()
    assert said(skills, "timer.set", words) == "For how long?"
    assert skills.memory() == {"timers": []}


def test_how_long_is_left() -> None:
    skills = Skills()
    assert said(skills, "timer.left") == "There is no timer running."
    said(skills, "timer.set", "five minutes")
    assert said(skills, "timer.left", minutes=1) == "Four minutes left."
    said(skills, "timer.set", "ten minutes for the tea", minutes=1)
    assert said(skills, "timer.left", "tea", minutes=2) == "Nine minutes left."
    assert said(skills, "timer.left", minutes=2) == (
        "There are three minutes left on your five minute timer and nine minutes left on your tea timer."
    )


def test_a_timer_is_cancelled_by_name_length_or_rank() -> None:
    for words in ("the tea timer", "ten minute", "second", "last", "longest"):
        skills = Skills()
        said(skills, "timer.set", "five minutes")
        said(skills, "timer.set", "ten minutes for tea")
        assert said(skills, "timer.cancel", words) == "Okay, your tea timer is cancelled."
        assert [timer["seconds"] for timer in skills.memory()["timers"]] == [300]


def test_cancelling_asks_which_one_where_that_is_open() -> None:
    skills = Skills()
    assert said(skills, "timer.cancel") == "There is no timer running."
    said(skills, "timer.set", "five minutes")
    said(skills, "timer.set", "ten minutes for tea")
    assert said(skills, "timer.cancel") == "Which one, the five minute timer or the tea timer?"
    assert len(skills.memory()["timers"]) == 2
    assert said(skills, "timer.cancel", "all") == "Okay, your timers are cancelled."
    assert skills.memory() == {"timers": []}


def test_timers_outlive_a_restart_through_json() -> None:
    before, after = Skills(), Skills()
    said(before, "timer.set", "five minutes for tea")
    after.restore(json.loads(json.dumps(before.memory())))
    assert [due.label for due in after.due(NOON + timedelta(minutes=5))] == ["tea timer"]


def test_a_memory_that_cannot_be_read_changes_nothing() -> None:
    skills = Skills()
    said(skills, "timer.set", "five minutes")
    before = skills.memory()
    with pytest.raises(ValueError, match="isoformat"):
        skills.restore({"timers": [{"label": "", "seconds": 3, "due": "soon"}]})
    assert skills.memory() == before


class TimersInAnyOrder(RuleBasedStateMachine):
    """However timers are set, cancelled and rung, each rings once at its time or has been cancelled."""

    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.skills = Skills()
        self.now = NOON
        self.expected: list[datetime] = []

    @rule(target=answers, seconds=st.integers(1, 600))
    def ask(self, seconds: int) -> object:
        answer = self.skills.ask("timer.set", f"{seconds} seconds", Scene(self.now))
        return answer, self.now + timedelta(seconds=seconds)

    @rule(asked=consumes(answers))
    def speak(self, asked: tuple[Answer, datetime]) -> None:
        asked[0].effect()
        self.expected.append(asked[1])

    @rule(target=answers, seconds=st.integers(0, 300))
    def wait(self, seconds: int) -> object:
        self.now += timedelta(seconds=seconds)
        rung = self.skills.due(self.now)
        assert len(rung) == sum(due <= self.now for due in self.expected)
        self.expected = [due for due in self.expected if due > self.now]
        return multiple()

    @rule()
    def cancel_all(self) -> None:
        self.skills.ask("timer.cancel", "all", Scene(self.now)).effect()
        self.expected = []

    @invariant()
    def those_that_run_are_those_expected(self) -> None:
        running = sorted(datetime.fromisoformat(t["due"]) for t in self.skills.memory()["timers"])
        assert running == sorted(self.expected)


TestTimersInAnyOrder = TimersInAnyOrder.TestCase


def test_it_says_again_what_was_heard_of_it() -> None:
    assert Skills().ask("repeat", "", at(last_said="It's ten past three.")).text == "It's ten past three."
    assert Skills().ask("repeat", "", at()).text == "I haven't said anything yet."

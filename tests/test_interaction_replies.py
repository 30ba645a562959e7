"""From what the model wrote to what is spoken."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_duplex.models.interaction.policy import ModelPolicy, Moment, VadPolicy, policy
from edge_duplex.models.interaction.prompt import Action, Reply, Status
from edge_duplex.models.interaction.replies import LONG_PART, NOT_YET, cut_into_parts, prepare
from edge_duplex.skills.protocol import Due, Scene
from edge_duplex.skills.registry import Skills

SCENE = Scene(datetime(2026, 3, 2, 15, 10, tzinfo=UTC), "")
TEA = Due("Your tea timer is done.", "tea timer")


def text(reply: Reply | None, *dues: Due) -> str:
    return prepare(reply, dues, Skills(), SCENE).text


def test_words_are_spoken_as_they_are() -> None:
    assert text(Reply("Hello there!")) == "Hello there!"


def test_a_call_is_answered_by_its_skill_without_effect() -> None:
    skills = Skills()
    made = prepare(Reply("five minutes", "timer.set"), (), skills, SCENE)
    assert made.skill == "timer.set"
    assert made.answer is not None
    assert made.answer.args["seconds"] == 300
    before = skills.memory()
    made.answer.effect()
    assert before != skills.memory()


@pytest.mark.parametrize("reply", [None, Reply("jazz", "music.play")])
def test_what_makes_no_sense_is_declined(reply: Reply | None) -> None:
    assert text(reply) == NOT_YET


def test_what_is_due_is_said_first_and_whether_or_not_the_model_thought_of_it() -> None:
    assert text(Reply("", due=True), TEA) == TEA.text
    assert text(Reply("I'm well."), TEA) == "Your tea timer is done. I'm well."
    assert text(None, TEA) == TEA.text


def test_long_sentences_are_cut_at_a_comma() -> None:
    parts = cut_into_parts(
        "I can tell you the time and the date, set timers and tell you how long is left, and sums. Yes."
    )
    assert parts[0] == "I can tell you the time and the date,"
    assert parts[-1] == "Yes."


@given(st.lists(st.sampled_from(["word", "long, ", "end.", "what?", "x" * LONG_PART, "a,b", " "]), max_size=40))
def test_parts_are_the_text_again(pieces: list[str]) -> None:
    whole = " ".join(" ".join(pieces).split())
    assert " ".join(cut_into_parts(whole)) == whole


def moment(voice: bool = False, agent: bool = False, unanswered: bool = True, ms: int = 480) -> Moment:
    seen = Status(voice, ms, agent)
    return Moment(seen, ms if voice else 0, 0 if voice else ms, unanswered)


def sure_of(action: Action):
    return lambda status: {a: 0.96 if a is action else 0.01 for a in Action}


@pytest.mark.parametrize("wanted", [Action.SPEAK, Action.YIELD, Action.BACKCHANNEL, Action.DELEGATE])
@pytest.mark.parametrize("voice", [False, True])
@pytest.mark.parametrize("agent", [False, True])
@pytest.mark.parametrize("unanswered", [False, True])
def test_no_policy_ever_does_what_is_not_legal(wanted: Action, voice: bool, agent: bool, unanswered: bool) -> None:
    now = moment(voice, agent, unanswered, ms=640)
    for one in (ModelPolicy(), VadPolicy()):
        decided = one.decide(now, sure_of(wanted))
        assert now.legal(decided)
        if decided is Action.YIELD:
            assert agent
        if decided is Action.SPEAK:
            assert not agent
            assert not voice
            assert unanswered


def test_the_model_policy_does_what_the_model_is_sure_of() -> None:
    assert ModelPolicy().decide(moment(), sure_of(Action.SPEAK)) is Action.SPEAK
    assert ModelPolicy().decide(moment(voice=True, agent=True), sure_of(Action.YIELD)) is Action.YIELD
    assert ModelPolicy().decide(moment(), sure_of(Action.WAIT)) is Action.WAIT


def test_a_yield_that_is_merely_likely_has_to_be_found_twice_running() -> None:
    def likely(action: Action):
        return lambda status: {other: 0.7 if other is action else 0.1 for other in Action}

    over_agent = moment(voice=True, agent=True)
    policy = ModelPolicy()
    assert policy.decide(over_agent, likely(Action.YIELD)) is Action.WAIT
    assert policy.decide(over_agent, likely(Action.WAIT)) is Action.WAIT
    assert policy.decide(over_agent, likely(Action.YIELD)) is Action.WAIT
    assert policy.decide(over_agent, likely(Action.YIELD)) is Action.YIELD


def test_the_plain_policy_knows_nothing_but_time() -> None:
    plain = VadPolicy()
    assert plain.decide(moment(ms=480), sure_of(Action.SPEAK)) is Action.WAIT
    assert plain.decide(moment(ms=560), sure_of(Action.WAIT)) is Action.SPEAK
    assert plain.decide(moment(voice=True, agent=True, ms=480), sure_of(Action.YIELD)) is Action.WAIT
    assert plain.decide(moment(voice=True, agent=True, ms=560), sure_of(Action.WAIT)) is Action.YIELD


def test_the_silence_of_the_plain_policy_can_be_set() -> None:
    patient = policy("vad", 800.0)
    assert patient.decide(moment(ms=720), sure_of(Action.SPEAK)) is Action.WAIT
    assert patient.decide(moment(ms=800), sure_of(Action.WAIT)) is Action.SPEAK

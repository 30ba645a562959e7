"""The interaction model at work, with its real weights: a conversation in words goes in, decisions come out."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from edge_duplex.errors import ConfigError, ModelError
from edge_duplex.models.host import Past
from edge_duplex.models.interaction.policy import ModelPolicy, Moment, Scores, policy
from edge_duplex.models.interaction.prompt import Action
from edge_duplex.skills.protocol import Due
from edge_duplex.timeline import Spoken, Who
from training.hearing import Heard, Utterance, noise
from training.stage import PER_MS, Stage

WEIGHTS = Path(__file__).parent.parent / "edge_duplex" / "weights" / "interaction.gguf"
LONG = "what can you do"
"""Makes it talk for several seconds."""


@pytest.fixture
def stage():
    made = Stage(WEIGHTS)
    made.run(480)
    yield made
    made.model.close()


def say(stage: Stage, text: str, pauses: dict[int, int] | None = None, lag_ms: int = 80) -> Utterance:
    """Said clearly: 250 ms a word, each recognised `lag_ms` after its end; `pauses` after so many words, in ms."""
    at, words, voiced = stage.now + 40, [], []
    begun = at
    for i, word in enumerate(text.split()):
        words.append(Heard(at, at + 250, at + 250 + lag_ms, at + 250 + lag_ms, word, word))
        at += 250
        if gap := (pauses or {}).get(i + 1):
            voiced.append((begun, at))
            at = begun = at + gap
    made = Utterance(tuple(words), (*voiced, (begun, at)))
    stage.says(made)
    return made


def ask(stage: Stage, text: str) -> int:
    """Say it and wait for the answer to begin; ms from the last voice to the first sound."""
    said = say(stage, text)
    before = len(stage.started)
    stage.run(stage.now + 9000, lambda: len(stage.started) > before)
    return stage.started[-1] - said.voiced[-1][1] if len(stage.started) > before else 10**6


def trunk(stage: Stage) -> str:
    """What the model has before it, in words."""
    brain = stage.model._brain
    return "".join(brain._llama.piece(token) for token in brain._held).removeprefix("<s>")


def talking(stage: Stage, ms: int) -> None:
    ask(stage, LONG)
    stage.run(stage.now + ms)
    assert stage.speaking


def test_a_question_is_answered_soon_after_its_end(stage: Stage) -> None:
    assert ask(stage, "what time is it") <= 560
    assert stage.skills.done == ["<call> clock.time"]


def test_arguments_go_to_the_skill_as_spoken(stage: Stage) -> None:
    ask(stage, "set a timer for five minutes")
    assert stage.skills.done == ["<call> timer.set five minutes"]
    note = next(note for _, note in stage.notes if note.event == "skill")
    assert note.fields["name"] == "timer.set"
    assert note.fields["args"] == {"words": "five minutes"}


def test_a_pause_in_mid_thought_is_waited_out(stage: Stage) -> None:
    said = say(stage, "set a timer for ten minutes", pauses={4: 1100})
    stage.run(said.voiced[-1][1])
    assert not stage.started
    stage.run(stage.now + 1500)
    assert stage.skills.done == ["<call> timer.set ten minutes"]


def test_an_unfinished_request_is_answered_in_the_end(stage: Stage) -> None:
    assert 1000 <= ask(stage, "remind me to") <= 3000


def test_a_barge_in_is_given_way_to_and_answered(stage: Stage) -> None:
    talking(stage, 1200)
    said = say(stage, "wait what time is it")
    stage.run(said.voiced[-1][1] + 1200)
    assert stage.yielded[0] - said.voiced[0][0] <= 600
    assert stage.skills.done[-1] == "<call> clock.time"


def test_after_a_barge_in_the_model_knows_what_was_heard_and_no_more(stage: Stage) -> None:
    talking(stage, 1200)
    said = say(stage, "stop")
    stage.run(said.settled + 600)
    heard = trunk(stage)
    full = " ".join(text for _, text in stage.texts).lower()
    told = heard.split("<agent>")[1].split("<user>")[0].split()
    assert 2 <= len(told) < len(full.split())
    assert " ".join(told) in full.replace(",", "")


def test_words_that_were_never_played_are_never_in_the_context(stage: Stage) -> None:
    ask(stage, LONG)
    for _ in range(40):
        stage.step()
        if stage.played:
            assert trunk(stage).count("<agent>") <= 1
            agent = trunk(stage).partition("<agent>")[2].split()
            ended = sum(110 + 45 * len(word) for word in " ".join(t for _, t in stage.texts).split()[: len(agent)])
            assert ended * PER_MS <= stage.played


def test_a_sign_of_listening_is_talked_through(stage: Stage) -> None:
    talking(stage, 900)
    say(stage, "uh huh")
    stage.run(stage.now + 2000)
    assert not stage.yielded
    assert stage.turn == 0


def test_silence_and_noise_are_not_answered(stage: Stage) -> None:
    for seed in range(5):
        made = noise(stage.now + 50, Random(seed))
        stage.says(made)
        stage.run(made.settled + 1500)
    assert not stage.started


def test_silence_costs_nothing(stage: Stage) -> None:
    ask(stage, "hello")
    stage.run(stage.now + 12000)
    decoded = stage.model._brain.decoded
    stage.run(stage.now + 5000)
    assert stage.model._brain.decoded == decoded


def test_what_comes_due_is_said_in_its_own_words(stage: Stage) -> None:
    when = stage.model._clock_start + timedelta(milliseconds=stage.now + 1000)
    stage.skills.coming.append((when, Due("Your tea timer is done.", "tea timer")))
    due_at = stage.now + 1000
    stage.run(stage.now + 3000)
    assert [text for _, text in stage.texts] == ["Your tea timer is done."]
    assert stage.started[0] - due_at <= 500


def test_what_comes_due_while_the_user_speaks_waits_for_a_gap(stage: Stage) -> None:
    said = say(stage, "i was thinking that maybe we could go to the park")
    when = stage.model._clock_start + timedelta(milliseconds=stage.now + 1000)
    stage.skills.coming.append((when, Due("Your tea timer is done.", "tea timer")))
    stage.run(said.voiced[-1][1] + 3000)
    assert stage.started[0] > said.voiced[0][1]
    assert stage.texts[0][1] == "Your tea timer is done."


class Hesitant(ModelPolicy):
    """Gets every reply ready and gives none."""

    def decide(self, moment: Moment, scores: Scores) -> Action:
        return Action.WAIT


def test_a_skill_is_asked_ahead_but_takes_effect_only_when_its_answer_is_begun(stage: Stage) -> None:
    said = say(stage, "set a timer for ten minutes", lag_ms=-120)
    stage.run(said.voiced[-1][1])
    assert stage.skills.asked == ["<call> timer.set ten minutes"]
    assert not stage.skills.done
    stage.run(stage.now + 1500)
    assert stage.skills.done == ["<call> timer.set ten minutes"]


def test_the_user_text_is_noted_as_it_changes_and_once_it_is_final(stage: Stage) -> None:
    ask(stage, "thank you")
    stage.run(stage.now + 1500)
    notes = [note.fields for _, note in stage.notes if note.event == "user_text"]
    assert notes[-1]["text"] == "thank you"
    assert notes[-1]["final"]
    assert [fields["final"] for fields in notes].count(True) == 1


def test_memory_is_handed_over_only_when_it_changes(stage: Stage) -> None:
    ask(stage, "set a timer for five minutes")
    stage.run(stage.now + 3000)
    assert [dict(note.fields) for _, note in stage.notes if note.event == "memory"] == [{"done": 1}]


def test_after_a_restart_it_knows_the_past_and_does_not_answer_it_again() -> None:
    words = ("what", "time", "is", "it")
    past = [Spoken(4000 * (i + 1), 4000 * i, Who.USER, word) for i, word in enumerate(words)]
    stage = Stage(WEIGHTS, past=Past(tuple(past)))
    stage.run(3000)
    assert trunk(stage).startswith("<user> what time")
    assert not stage.started
    stage.model.close()


def test_a_flush_that_was_not_its_own_ends_its_utterance(stage: Stage) -> None:
    talking(stage, 1200)
    stage.turn, stage.cut, stage.played, stage.pending = 1, stage.played, 0, 0
    stage.run(stage.now + 1500)
    assert stage.played == stage.pending == 0
    assert 2 <= len(trunk(stage).split("<agent>")[1].split()) <= 8


def test_the_plain_policy_waits_out_its_half_second() -> None:
    stage = Stage(WEIGHTS, "vad")
    stage.run(480)
    assert 560 <= ask(stage, "what time is it") <= 800
    assert stage.skills.done == ["<call> clock.time"]
    stage.model.close()


def test_an_unknown_policy_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="model or vad"):
        policy("magic")


def test_a_missing_model_is_one_line() -> None:
    with pytest.raises(ModelError, match="no such model file"):
        Stage(Path("nowhere.gguf"))

"""What people say: every turn is well formed, in the recogniser's words, and answers what was asked."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pocketsphinx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training import language
from training.language import Turn
from training.language.corpus import every, fillers, shapes
from training.language.notation import NotationError, fill, parse_file, parse_line
from training.language.turns import as_turn, draw, say_shape

CALLS = {"clock.time", "clock.date", "timer.set", "timer.left", "timer.cancel", "math.calculate", "repeat"}
SEEDS = st.integers(0, 2**32).map(random.Random)


@cache
def dictionary() -> frozenset[str]:
    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split(maxsplit=1)[0].partition("(")[0] for line in lines)


def turn_of(line: str, seed: int = 0) -> Turn:
    spoken, reply = say_shape(random.Random(seed), parse_line(line))
    return as_turn(spoken, reply, "request")


@given(SEEDS, st.sampled_from(["train", "held"]))
def test_a_turn_is_well_formed(rng: random.Random, split: language.Split) -> None:
    turn = language.sample_turn(rng, split)
    assert turn.words
    assert turn.kind in language.KINDS
    assert turn.reply
    assert not turn.holds & turn.done
    assert all(0 < at < len(turn.words) for at in turn.holds | turn.done)


@given(SEEDS)
def test_a_reply_is_a_known_call_or_a_sentence(rng: random.Random) -> None:
    for turn in (language.sample_turn(rng), language.sample_interruption(rng), *language.sample_exchange(rng)):
        if turn.reply.startswith("<call> "):
            assert turn.reply.split()[1] in CALLS
            assert re.fullmatch(r"<call> [a-z.]+[a-z' .]*", turn.reply)
        else:
            assert turn.reply[0].isupper()
            assert turn.reply[-1] in ".!?"
        assert "{" not in turn.reply


@given(SEEDS)
def test_the_same_random_numbers_give_the_same_turns(rng: random.Random) -> None:
    again = random.Random()
    again.setstate(rng.getstate())
    assert list(language.sentences(rng, 20)) == list(language.sentences(again, 20))


def test_every_word_is_in_the_recognisers_dictionary() -> None:
    rng = random.Random(1)
    said = {word for kind in shapes() for shape in every(kind) for word in fill(shape, fillers(), rng).words}
    said |= {word for words in language.sentences(rng, 5000) for word in words}
    assert said - dictionary() == set()


def test_there_is_breadth() -> None:
    assert len(shapes()["request"]) >= 1500
    assert len(shapes()["smalltalk"]) + len(shapes()["unknown"]) >= 3500
    drawn = random.Random(2)
    assert len({language.sample_turn(drawn).words for _ in range(3000)}) > 2200


def test_held_out_shapes_are_a_tenth_and_never_in_train() -> None:
    for kind in language.KINDS:
        train, held = list(every(kind, held=False)), list(every(kind, held=True))
        assert not {shape.wording for shape in train} & {shape.wording for shape in held}
        assert 0.05 < len(held) / (len(held) + len(train)) < 0.17
    rng = random.Random(3)
    held_out = {shape.wording for shape in every("stop", held=True)}
    drawn = {draw(rng, "stop", "train").wording for _ in range(2000)}
    assert held_out
    assert not held_out & drawn


def test_a_mark_says_where_the_speaker_thinks_and_where_it_could_end() -> None:
    turn = turn_of("set a timer for | ten minutes / please => <call> timer.set ten minutes")
    assert " ".join(turn.words) == "set a timer for ten minutes please"
    assert 4 in turn.holds
    assert turn.done == {3, 6}


def test_a_beginning_that_is_a_turn_in_itself_is_complete_without_a_mark() -> None:
    turn = turn_of("what time is it tell me at once")
    assert 4 in turn.done


def test_a_question_word_alone_is_not_complete_when_more_follows() -> None:
    assert 1 not in turn_of("what on earth was that").done


def test_nobody_ends_on_an_article() -> None:
    assert 3 in turn_of("open the the box now").holds


def test_the_end_of_a_slot_is_complete_only_where_the_sentence_ends() -> None:
    seeds = range(200)
    last = [turn_of("timer for {dur}", seed) for seed in seeds]
    inside = [turn_of("put {dur} on the table", seed) for seed in seeds]
    assert any(turn.done for turn in last)
    assert all(at >= len(turn.words) - 3 for turn in inside for at in turn.done)


def test_the_reply_has_what_was_said_last_when_the_speaker_changes_his_mind() -> None:
    turn = turn_of("timer for {dur} no {dur.b} => <call> timer.set {dur.b}", seed=4)
    first, second = " ".join(turn.words).removeprefix("timer for ").split(" no ")
    assert turn.reply == f"<call> timer.set {second}"
    assert first != second


def test_the_argument_is_in_the_words_as_spoken() -> None:
    for seed in range(200):
        turn = turn_of("what's {expr} please => <call> math.calculate {expr}", seed)
        assert turn.reply.removeprefix("<call> math.calculate ") in " ".join(turn.words)


def test_a_timer_without_a_length_is_asked_about_and_the_answer_sets_it() -> None:
    rng = random.Random(5)
    asked = [piece for piece in (language.sample_exchange(rng) for _ in range(200)) if "ow long" in piece[0].reply]
    assert asked
    assert all(piece[1].reply.startswith("<call> timer.set ") for piece in asked)


def test_one_of_several_and_nothing_at_all_can_be_chosen() -> None:
    shape = parse_line("say [one; two three;]")
    said = {" ".join(fill(shape, {}, random.Random(seed)).words) for seed in range(40)}
    assert said == {"say one", "say two three", "say"}


@pytest.mark.parametrize("line", ["say [one; two", "say one]", "say {one two"])
def test_brackets_that_do_not_match_are_refused(line: str) -> None:
    with pytest.raises(NotationError):
        parse_line(line)


def test_a_section_gives_its_kind_and_replies_to_the_lines_after_it() -> None:
    first, second = parse_file("# remark\n@ stop | Okay. | Fine.\n+halt\nhold it => Yes?")
    assert (first.kind, first.replies, first.text) == ("stop", ("Okay.", "Fine."), "halt")
    assert first.weight > second.weight
    assert second.replies == ("Yes?",)


def test_some_reply_is_long_enough_to_be_interrupted() -> None:
    lengths = [len(reply.split()) for shape in shapes()["smalltalk"] for reply in shape.replies]
    assert max(lengths) >= 20

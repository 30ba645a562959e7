"""The language model of the ears: sums to one, prefers what people say, and fits the dictionary beside it."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from pocketsphinx import Config, LogMath, NGramModel

from training import language
from training.language.mixture import Mixture, write_down
from training.language.ngrams import END, START, Backoff, KneserNey, Words, write_arpa
from training.language_model import NAME, WEIGHTS

SAID = [("what", "time", "is", "it"), ("what", "day", "is", "it"), ("set", "a", "timer"), ("what", "is", "a", "day")]
OTHER = [("the", "dog", "is", "late"), ("a", "dog", "sat"), ("it", "is", "late"), ("the", "day", "is", "late")]


@cache
def shipped() -> Backoff:
    return read_arpa(WEIGHTS / f"{NAME}.arpa")


def read_arpa(path: Path) -> Backoff:
    order, probability, weight = 0, dict[Words, float](), dict[Words, float]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.endswith("-grams:"):
            order = int(line[1])
        elif order and line and not line.startswith("\\"):
            chance, *rest = line.split()
            gram = tuple(rest[:order])
            probability[gram] = 10 ** float(chance)
            if len(rest) > order:
                weight[gram] = 10 ** float(rest[order])
    return Backoff(probability, weight)


def total(model: Backoff, history: Words) -> float:
    words = [gram[0] for gram in model.probability if len(gram) == 1 and gram[0] != START]
    return float(sum(10 ** model.score(word, history) for word in words))


def mixed(worth: float = 0.0) -> Backoff:
    spoken, other = KneserNey(SAID * 3), KneserNey(OTHER * 3)
    words = spoken.vocabulary | other.vocabulary
    return write_down(Mixture(spoken, other, 0.7), words, {*spoken.counts, *other.counts}, worth)


def test_kneser_ney_sums_to_one_after_every_history() -> None:
    model = KneserNey(SAID)
    words = [*model.vocabulary, END]
    for history in [(), ("what",), (START, "what"), ("is", "it"), ("never", "heard")]:
        chances = [model.probability(word, history) for word in words]
        assert sum(chances) == pytest.approx(1.0, abs=0.08)
        assert sum(chances) <= 1.0 + 1e-9


@pytest.mark.parametrize("history", [(), ("is",), (START,), ("what", "is"), (START, "the"), ("dog", "timer")])
def test_the_mixture_sums_to_one_after_every_history(history: Words) -> None:
    assert total(mixed(), history) == pytest.approx(1.0, abs=1e-6)


def test_pruning_keeps_the_sum_and_drops_triples() -> None:
    pruned = mixed(worth=1e-2)
    assert sum(len(gram) == 3 for gram in pruned.probability) < sum(len(gram) == 3 for gram in mixed().probability)
    assert total(pruned, ("what", "is")) == pytest.approx(1.0, abs=1e-6)


def test_after_words_only_one_part_says_that_part_counts() -> None:
    model = mixed()
    assert model.score("dog", ("the",)) > model.score("timer", ("the",)) + 0.5


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    model = mixed()
    write_arpa(model, tmp_path / "small.arpa")
    again = read_arpa(tmp_path / "small.arpa")
    for sentence in (*SAID, *OTHER, ("dog", "timer", "late")):
        assert again.sentence(sentence) == pytest.approx(model.sentence(sentence), abs=0.02)


def test_pocketsphinx_reads_it_as_we_do(tmp_path: Path) -> None:
    model, logarithms = mixed(), LogMath()
    write_arpa(model, tmp_path / "small.arpa")
    theirs = NGramModel(Config(), logarithms, str(tmp_path / "small.arpa"))
    for history in [("what", "is"), ("dog",), ()]:
        chance = logarithms.exp(theirs.prob(["day", *reversed(history)]))
        assert chance == pytest.approx(10 ** model.score("day", history), rel=0.02)


def test_the_shipped_dictionary_has_the_shipped_models_words() -> None:
    lines = (WEIGHTS / f"{NAME}.dict").read_text(encoding="utf-8").splitlines()
    sounding = {line.split(maxsplit=1)[0].partition("(")[0] for line in lines}
    assert sounding == {gram[0] for gram in shipped().probability if len(gram) == 1} - {START, END}


def test_the_shipped_model_knows_every_word_people_say() -> None:
    known = {gram[0] for gram in shipped().probability if len(gram) == 1}
    missing = {word for words in language.sentences(random.Random(9), 3000) for word in words} - known
    assert missing == set()


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("set a timer for ten minutes", "set a time her for ten minutes"),
        ("what time is it", "what dime is it"),
        ("what's twelve times seven", "what's twelve dimes seven"),
        ("how long is left", "how long is lift"),
        ("stop", "step"),
        ("the president gave a speech", "the present gave a beach"),
    ],
)
def test_the_shipped_model_prefers_what_people_say(likely: str, unlikely: str) -> None:
    assert shipped().sentence(likely.split()) > shipped().sentence(unlikely.split())


def test_the_shipped_files_are_small() -> None:
    assert (WEIGHTS / f"{NAME}.arpa").stat().st_size < 5_000_000
    assert (WEIGHTS / f"{NAME}.dict").stat().st_size < 500_000

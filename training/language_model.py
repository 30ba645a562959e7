"""The language model of the ears: `python -m training.language_model` writes it beside the other weights.

A trigram in ARPA form, of two parts. The first is counted on the sentences of `training.language`. The second
is the general model inside pocketsphinx's wheel, asked for the commonest English words and the pairs and
triples that are common among them, so that what the assistant knows nothing of is heard as what it is.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.language import sample_side_talk, sample_turn, sentences
from training.language.corpus import lines
from training.language.general import Dictionary, General
from training.language.mixture import Mixture, write_down
from training.language.ngrams import Backoff, KneserNey, write_arpa

WEIGHTS = Path(__file__).parents[1] / "edge_duplex" / "weights"
NAME = "language"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the model is made from; the default is what is in the package."""

    sentences: int = 100_000
    """Drawn from `training.language`."""
    seed: int = 20
    commonest: int = 9000
    """General words beside those of the sentences."""
    paired: int = 5000
    """General words whose pairs are looked at."""
    least_pair: float = 1e-6
    """Share of all pairs that a general pair must have."""
    least_triple: float = 2e-6
    """Share of all triples that a general triple must have."""
    worth: float = 1e-7
    """A triple is kept if it changes the expected logarithm of the probability by this much."""
    held: float = 0.1
    """Share of the sentences whose shapes the check keeps out."""
    domain: float = 0.6
    """Share of what is heard that is meant to be in the domain."""


def build(recipe: Recipe) -> tuple[Backoff, Dictionary, frozenset[str]]:
    """The model, the dictionary, and the model's words."""
    dictionary = Dictionary()
    spoken = KneserNey(sentences(random.Random(recipe.seed), recipe.sentences, recipe.held))
    general = General(dictionary, spoken.vocabulary, recipe.commonest)
    pairs = list(general.pairs(recipe.paired, recipe.least_pair))
    triples = general.triples(pairs, recipe.paired // 2, recipe.least_triple)
    grams = {*spoken.counts, *pairs, *triples}
    mixture = Mixture(spoken, general, recipe.domain)
    return write_down(mixture, general.words, grams, recipe.worth), dictionary, general.words


def perplexity(model: Backoff, said: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Perplexity over the sentences whose words the model all knows, and the share of words it does not know."""
    unknown = sum((word,) not in model.probability for words in said for word in words)
    known = [words for words in said if all((word,) in model.probability for word in words)]
    logarithm = sum(model.sentence(words) for words in known) / sum(len(words) + 1 for words in known)
    return float(10**-logarithm), unknown / sum(len(words) for words in said)


def check() -> None:
    """Prints how well a model that never saw the held-out shapes foretells them, and what is outside all."""
    model, _, _ = build(replace(Recipe(), held=0.0))
    rng = random.Random(99)
    for name, said in (
        ("held-out turns", [sample_turn(rng, "held").words for _ in range(2000)]),
        ("side talk", [sample_side_talk(rng) for _ in range(1000)]),
        ("outside the language", [tuple(line.split()) for line in lines("outside")]),
    ):
        found, unknown = perplexity(model, said)
        print(f"{name}: perplexity {found:.0f}, unknown words {unknown:.1%}")


def main() -> None:
    """Builds the model and writes `language.arpa` and `language.dict`."""
    parser = argparse.ArgumentParser(description="Build the language model of the ears.")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for language.arpa and language.dict")
    parser.add_argument("--check", action="store_true", help="print perplexities instead of writing")
    asked = parser.parse_args()
    if asked.check:
        return check()
    folder: Path = asked.out
    model, dictionary, words = build(Recipe())
    folder.mkdir(parents=True, exist_ok=True)
    write_arpa(model, folder / f"{NAME}.arpa")
    dictionary.write(words, folder / f"{NAME}.dict")
    orders = [sum(len(gram) == order for gram in model.probability) for order in (1, 2, 3)]
    print(f"{folder / NAME}.arpa: {orders[0]} words, {orders[1]} pairs, {orders[2]} triples")


if __name__ == "__main__":
    main()

"""Two models made one: at each history they count by how likely each of them makes that history."""

from __future__ import annotations

from collections.abc import Iterable
from math import log10

from training.language.ngrams import END, START, Backoff, Part, Words, with_weights


class Mixture:
    """`domain` is the share of what is heard that the first part accounts for."""

    def __init__(self, spoken: Part, general: Part, domain: float) -> None:
        self._spoken = spoken
        self._general = general
        self._domain = domain

    def probability(self, word: str, history: Words) -> float:
        of_spoken = self._weight(history)
        spoken = self._spoken.probability(word, history) if of_spoken else 0.0
        general = self._general.probability(word, history) if of_spoken < 1 else 0.0
        return of_spoken * spoken + (1 - of_spoken) * general

    def _weight(self, history: Words) -> float:
        """How probable it is that the speaker is in the domain, having said `history`."""
        spoken, general = self._domain, 1 - self._domain
        for at, word in enumerate(history):
            before = history[:at]
            spoken *= self._spoken.probability(word, before) if before else self._spoken.share(word)
            general *= self._general.probability(word, before) if before else self._general.share(word)
        return spoken / (spoken + general) if spoken + general else self._domain


def write_down(mixture: Mixture, words: Iterable[str], grams: Iterable[Words], worth: float) -> Backoff:
    """The mixture with the `grams` that are worth it: leaving out the others moves no history's share of the
    logarithm of the probability by more than `worth`."""
    singles = {word: mixture.probability(word, ()) for word in {*words, END}}
    whole = sum(singles.values())
    probability: dict[Words, float] = {(word,): chance / whole for word, chance in singles.items()}
    probability[(START,)] = 0.0
    longer = sorted({gram for gram in grams if len(gram) > 1}, key=lambda gram: (len(gram), gram))
    pairs: dict[Words, float] = {gram: mixture.probability(gram[-1], gram[:-1]) for gram in longer if len(gram) == 2}
    probability |= pairs
    below = with_weights(probability)
    for gram in longer:
        if len(gram) == 3 and gram[:2] in pairs:
            chance = mixture.probability(gram[-1], gram[:-1])
            share = 10 ** (below.score(gram[1], (gram[0],)) + min(_share(below, gram[0]), 0.0))
            if chance > 0 and share * chance * abs(log10(chance) - below.score(gram[-1], gram[1:2])) > worth:
                probability[gram] = chance
    return with_weights(probability)


def _share(model: Backoff, word: str) -> float:
    """Base-ten logarithm of a word's share of all words; one sentence in about seven words begins here."""
    return -0.85 if word == START else model.score(word, ())

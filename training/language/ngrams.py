"""N-grams up to order three: counting with Kneser-Ney, and the model they are written down as."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from pathlib import Path
from typing import Protocol, TypeAlias

START, END = "<s>", "</s>"
NEVER = -99.0
"""Base-ten logarithm that stands for probability nought."""

Words: TypeAlias = tuple[str, ...]


class Part(Protocol):
    """One of the models of a mixture."""

    def share(self, word: str) -> float:
        """The word's share of all words said; with `START`, 1."""
        ...

    def probability(self, word: str, history: Words) -> float:
        """Of `word` after `history`, which is at most two words."""
        ...


class KneserNey:
    """A trigram counted on sentences: interpolated, one absolute discount an order."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        full: Counter[Words] = Counter()
        for sentence in sentences:
            padded = (START, *sentence, END)
            full.update((word,) for word in padded[1:])
            full.update(pairwise(padded))
            full.update(zip(padded, padded[1:], padded[2:], strict=False))
        self.counts: Mapping[Words, int] = full
        self._said = sum(count for gram, count in full.items() if len(gram) == 1)
        self._used = _with_continuations(full)
        self._discount = {order: _discount(self._used, order) for order in (1, 2, 3)}
        self._total: defaultdict[Words, int] = defaultdict(int)
        self._kinds: defaultdict[Words, int] = defaultdict(int)
        for gram, count in self._used.items():
            self._total[gram[:-1]] += count
            self._kinds[gram[:-1]] += 1

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word said, the marks of start and end left out."""
        return frozenset(gram[0] for gram in self.counts if len(gram) == 1) - {END}

    def share(self, word: str) -> float:
        return 1.0 if word == START else self.counts.get((word,), 0) / self._said

    def probability(self, word: str, history: Words) -> float:
        lower = self.probability(word, history[1:]) if history else 1.0 / (self._kinds[()] + 1)
        total = self._total.get(history, 0)
        if not total:
            return lower
        discount = self._discount[len(history) + 1]
        seen = max(self._used.get((*history, word), 0) - discount, 0.0)
        return (seen + discount * self._kinds[history] * lower) / total


def _with_continuations(full: Mapping[Words, int]) -> dict[Words, int]:
    """Below order three a gram counts once for every word seen before it, save at the start of a sentence."""
    used: Counter[Words] = Counter()
    for gram, count in full.items():
        if len(gram) == 3 or gram[0] == START:
            used[gram] += count
        if len(gram) > 1:
            used[gram[1:]] += 1
    return dict(used)


def _discount(used: Mapping[Words, int], order: int) -> float:
    once = sum(1 for gram, count in used.items() if len(gram) == order and count == 1)
    twice = sum(1 for gram, count in used.items() if len(gram) == order and count == 2)
    return once / (once + 2 * twice) if once and twice else 0.5


@dataclass(frozen=True, slots=True)
class Backoff:
    """A trigram as ARPA has it: explicit probabilities, and a weight for what a history has not got."""

    probability: Mapping[Words, float]
    weight: Mapping[Words, float]

    def score(self, word: str, history: Words) -> float:
        """Base-ten logarithm of the probability of `word` after `history`; `NEVER` for an unknown word."""
        history = history[-2:]
        found = self.probability.get((*history, word))
        if found is not None:
            return log10(found) if found > 0 else NEVER
        if not history:
            return NEVER
        return log10(self.weight.get(history, 1.0)) + self.score(word, history[1:])

    def sentence(self, words: Sequence[str]) -> float:
        """Base-ten logarithm of the probability of a whole sentence, its end included."""
        padded = (START, *words, END)
        return sum(self.score(padded[at], padded[max(0, at - 2) : at]) for at in range(1, len(padded)))


def with_weights(probability: Mapping[Words, float]) -> Backoff:
    """Works out the backoff weights under which every history's probabilities add up to one."""
    explicit: defaultdict[Words, list[Words]] = defaultdict(list)
    for gram in probability:
        if len(gram) > 1:
            explicit[gram[:-1]].append(gram)
    partial = Backoff(probability, weight := {})
    for history in sorted(explicit, key=len):
        own = sum(probability[gram] for gram in explicit[history])
        below = sum(10 ** partial.score(gram[-1], history[1:]) for gram in explicit[history])
        weight[history] = max(1.0 - own, 1e-6) / max(1.0 - below, 1e-6)
    return partial


def write_arpa(model: Backoff, path: Path) -> None:
    """Writes the model as an ARPA file."""
    grams: dict[int, list[Words]] = {order: [] for order in (1, 2, 3)}
    for gram in sorted(model.probability):
        grams[len(gram)].append(gram)
    out = ["\\data\\", *(f"ngram {order}={len(found)}" for order, found in grams.items())]
    for order, found in grams.items():
        out += ["", f"\\{order}-grams:"]
        for gram in found:
            chance = model.probability[gram]
            line = f"{log10(chance) if chance > 0 else NEVER:.3f} {' '.join(gram)}"
            if order < 3 and gram[-1] != END:
                line += f" {log10(model.weight.get(gram, 1.0)):.3f}"
            out.append(line)
    path.write_text("\n".join([*out, "", "\\end\\", ""]), encoding="utf-8")

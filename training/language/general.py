"""General English: the model and the dictionary inside pocketsphinx's wheel, asked for what is common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pocketsphinx import Config, LogMath, NGramModel, get_model_path

from training.language.ngrams import END, START, Words

_PLAIN = re.compile(r"^[a-z]+('[a-z]+)?$")
INFORMS = 2.0
"""A pair is worth keeping if its second word is this much likelier after the first than anywhere."""


class Dictionary:
    """How words sound, as the wheel has it: every variant, in order."""

    def __init__(self) -> None:
        path = Path(get_model_path()) / "en-us" / "cmudict-en-us.dict"
        self._lines: dict[str, list[str]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            self._lines.setdefault(line.split(maxsplit=1)[0].partition("(")[0], []).append(line)

    def __contains__(self, word: object) -> bool:
        return word in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def write(self, words: Iterable[str], path: Path) -> None:
        """Writes the entries of `words` alone. Raises KeyError for a word that has none."""
        lines = [line for word in sorted(words) for line in self._lines[word]]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class General:
    """A `Part` of a mixture. Its words are those given and the commonest of the language besides."""

    def __init__(self, dictionary: Dictionary, words: Iterable[str], commonest: int) -> None:
        self._logarithms = LogMath()
        path = Path(get_model_path()) / "en-us" / "en-us.lm.bin"
        self._model = NGramModel(Config(), self._logarithms, str(path))
        known = {word: self.probability(word, ()) for word in dictionary if _PLAIN.match(word)}
        ranked = sorted(known, key=lambda word: -known[word])
        self.words = frozenset(ranked[:commonest]) | frozenset(words)
        self._ranked = [word for word in ranked if word in self.words]
        self._share = {word: known.get(word, 0.0) for word in self.words}
        self._share[END] = self.probability(END, ())

    def share(self, word: str) -> float:
        return 1.0 if word == START else self._share.get(word, 0.0)

    def probability(self, word: str, history: Words) -> float:
        return float(self._logarithms.exp(self._model.prob([word, *reversed(history)])))

    def pairs(self, among: int, least: float) -> Iterator[Words]:
        """Pairs of the `among` commonest words that make up at least the share `least` of all pairs."""
        words = self._ranked[:among]
        for first in (START, *words):
            floor = least / (0.1 if first == START else self._share[first])
            for second in (*words, END):
                chance = self.probability(second, (first,))
                if chance > floor and chance > INFORMS * self._share[second]:
                    yield first, second

    def triples(self, pairs: Iterable[Words], among: int, least: float) -> Iterator[Words]:
        """Triples that begin with one of `pairs` and make up at least the share `least`."""
        words = (*self._ranked[:among], END)
        for first, second in pairs:
            share = (0.1 if first == START else self._share[first]) * self.probability(second, (first,))
            if share < 10 * least:
                continue
            for third in words:
                chance = self.probability(third, (first, second))
                if chance * share > least and chance > INFORMS * self.probability(third, (second,)):
                    yield first, second, third

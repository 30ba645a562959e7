"""Arithmetic: the sum is said back with its result, so that a misheard number is noticed."""

from __future__ import annotations

from fractions import Fraction

from edge_duplex.skills.expressions import UnfinishedError, read_sum
from edge_duplex.skills.numbers import speak, tokens
from edge_duplex.skills.protocol import Answer, Scene

PLACES = 3
"""Decimals that are spoken."""


class Calculate:
    name = "math.calculate"

    def answer(self, words: str, scene: Scene) -> Answer:
        try:
            read = read_sum(tokens(words))
            if read is None:
                return Answer("What should I work out?")
            if read.single and not read.percent:
                return Answer(f"What should I do with {read.words}?")
            about = "" if round(read.value * 10**PLACES) == read.value * 10**PLACES else "about "
            text = f"{read.words} is {about}{speak(read.value, PLACES)}."
        except UnfinishedError as unfinished:
            return Answer(f"{_sentence(unfinished.words)} what?")
        except ZeroDivisionError:
            return Answer("Nothing can be divided by zero.")
        except OverflowError:
            return Answer("That number is too large for me.")
        except ValueError:
            return Answer("A negative number has no square root.")
        return Answer(_sentence(text), {"expression": read.figures}, _json(read.value))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _json(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else round(float(value), 9)

"""Sums as they are said, read by recursive descent and reckoned exactly.

    sum    = term  (("plus" | "minus") term)*          "ten percent" after it is a share of what precedes
    term   = factor (("times" | "divided by") factor)*
    factor = part "of" factor | number "percent" ["of" factor] | "the square root of" factor
           | "minus" factor | number ["squared" | "cubed" | "to the power of" number]

A `Sum` carries three things: its value, its figures ("12 * 7") and its words ("twelve times seven").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from edge_duplex.skills.numbers import LARGEST, read_number, speak

MOST_POWER = 40
"""Exponents past this are out of what can be spoken."""


@dataclass(frozen=True, slots=True)
class Sum:
    value: Fraction
    figures: str
    words: str
    single: bool = True
    """A number alone: nothing has been reckoned."""
    percent: bool = False
    """A bare percentage: "ten percent"."""


class UnfinishedError(Exception):
    """The words stop where a number has to follow; `words` says what there was."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


Operator = tuple[tuple[str, ...], str, str]
"""As it is said, its sign, and how it is said back."""

ADDING: tuple[Operator, ...] = (
    (("plus",), "+", "plus"),
    (("+",), "+", "plus"),
    (("added", "to"), "+", "plus"),
    (("minus",), "-", "minus"),
    (("-",), "-", "minus"),
    (("take", "away"), "-", "minus"),
    (("less",), "-", "minus"),
)
MULTIPLYING: tuple[Operator, ...] = (
    (("times",), "*", "times"),
    (("*",), "*", "times"),
    (("x",), "*", "times"),
    (("multiplied", "by"), "*", "times"),
    (("multiplied",), "*", "times"),
    (("divided", "by"), "/", "divided by"),
    (("divided",), "/", "divided by"),
    (("over",), "/", "divided by"),
    (("/",), "/", "divided by"),
)
_PERCENT = ("percent", "%")
_POWERS = (
    (("squared",), 2, "squared"),
    (("cubed",), 3, "cubed"),
)


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"


class _Reader:
    """Recursive descent over tokens; `at` is the next one."""

    def __init__(self, words: Sequence[str], at: int) -> None:
        self.words = words
        self.at = at

    def _take(self, *phrase: str) -> bool:
        if tuple(self.words[self.at : self.at + len(phrase)]) != phrase:
            return False
        self.at += len(phrase)
        return True

    def _operator(self, operators: Sequence[Operator]) -> Operator | None:
        return next((operator for operator in operators if self._take(*operator[0])), None)

    def _operand(self, read: Callable[[], Sum | None], before: Sum, spoken: str) -> Sum:
        """What follows an operator. Raises UnfinishedError where the words end there."""
        operand = read()
        if operand is None:
            raise UnfinishedError(f"{before.words} {spoken}")
        return operand

    def sum(self) -> Sum | None:
        left = self.term()
        while left is not None and (operator := self._operator(ADDING)):
            right = self._operand(self.term, left, operator[2])
            amount = left.value * right.value if right.percent else right.value
            value = left.value + amount if operator[1] == "+" else left.value - amount
            left = _joined(value, left, operator, right)
        return left

    def term(self) -> Sum | None:
        left = self.factor()
        while left is not None and (operator := self._operator(MULTIPLYING)):
            right = self._operand(self.factor, left, operator[2])
            value = left.value * right.value if operator[1] == "*" else left.value / right.value
            left = _joined(value, left, operator, right)
        return left

    def factor(self) -> Sum | None:
        self._take("the")
        if self._take("square", "root", "of") or self._take("square", "root"):
            inner = self._operand(self.factor, Sum(Fraction(0), "", "the square root"), "of")
            return Sum(
                _root(inner.value), f"sqrt({inner.figures})", f"the square root of {inner.words}", False
            )
        begin = self.at
        read = read_number(self.words, self.at)
        if read is None:
            return None
        value, self.at = read
        plain = Sum(value, _decimal(value), speak(value))
        if self._take(*_PERCENT[:1]) or self._take(*_PERCENT[1:]):
            return self._percent(plain)
        if 0 < value < 1 and value.denominator > 1 and self._take("of"):
            words = " ".join(self.words[begin : self.at - 1])
            of = self._operand(self.factor, Sum(value, "", words), "of")
            return Sum(
                value * of.value, f"{_fraction(value)} * {of.figures}", f"{words} of {of.words}", False
            )
        return self._power(plain)

    def _percent(self, count: Sum) -> Sum:
        share = count.value / 100
        if not self._take("of"):
            return Sum(share, f"{count.figures}%", f"{count.words} percent", True, True)
        of = self._operand(self.factor, count, "percent of")
        return Sum(
            share * of.value,
            f"{count.figures}% * {of.figures}",
            f"{count.words} percent of {of.words}",
            False,
        )

    def _power(self, base: Sum) -> Sum:
        for phrase, exponent, spoken in _POWERS:
            if self._take(*phrase):
                return Sum(
                    base.value**exponent, f"{base.figures} ^ {exponent}", f"{base.words} {spoken}", False
                )
        if not (self._take("to", "the", "power", "of") or self._take("^")):
            return base
        raised = self._operand(self.factor, base, "to the power of")
        if raised.value.denominator > 1 or abs(raised.value) > MOST_POWER:
            raise OverflowError(f"{base.figures} ^ {raised.figures}")
        value = base.value ** int(raised.value)
        words = f"{base.words} to the power of {raised.words}"
        return Sum(Fraction(value), f"{base.figures} ^ {raised.figures}", words, False)


def _joined(value: Fraction, left: Sum, operator: Operator, right: Sum) -> Sum:
    return Sum(
        value,
        f"{left.figures} {operator[1]} {right.figures}",
        f"{left.words} {operator[2]} {right.words}",
        False,
    )


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _root(value: Fraction) -> Fraction:
    """Exact where it can be. Raises ValueError for the root of a negative number."""
    up, down = math.isqrt(max(0, value.numerator)), math.isqrt(value.denominator)
    exact = Fraction(up, down)
    return exact if exact * exact == value else Fraction(math.sqrt(value)).limit_denominator(10**9)


_VERBS = {
    "add": "plus",
    "sum": "plus",
    "multiply": "times",
    "product": "times",
    "divide": "/",
    "subtract": "minus",
    "take": "minus",
}
_JOINTS = ("and", "by", "to", "with", "from")


def _verb(words: Sequence[str], at: int) -> tuple[Sum, int] | None:
    """Add five and six; divide ten by four; subtract two from nine; the product of six and seven."""
    begin = at + 1
    while begin < len(words) and words[begin] in ("up", "together", "of", "the"):
        begin += 1
    first = read_number(words, begin)
    if first is None or first[1] >= len(words) or words[first[1]] not in _JOINTS:
        return None
    second = read_number(words, first[1] + 1)
    if second is None:
        return None
    operands = [list(words[begin : first[1]]), list(words[first[1] + 1 : second[1]])]
    if words[first[1]] == "from":
        operands.reverse()
    read = _Reader([*operands[0], _VERBS[words[at]], *operands[1]], 0).sum()
    return (read, second[1]) if read else None


def read_sum(words: Sequence[str]) -> Sum | None:
    """The sum that is meant: the last one named, since people correct themselves.

    Raises `UnfinishedError` where a number is missing at the end, `ZeroDivisionError`, `OverflowError` where
    it is too large, and `ValueError` for the root of a negative number.
    """
    found: Sum | None = None
    at = 0
    while at < len(words):
        verb = _verb(words, at) if words[at] in _VERBS else None
        if verb:
            read, end = verb
        else:
            reader = _Reader(words, at)
            try:
                got = reader.sum()
            except UnfinishedError:
                if reader.at >= len(words):
                    raise
                got = None
            if got is None:
                at += 1
                continue
            read, end = got, reader.at
        if found is None or found.single or not read.single:
            found = read
        at = max(end, at + 1)
    if found and abs(found.value) > LARGEST:
        raise OverflowError(found.figures)
    return found

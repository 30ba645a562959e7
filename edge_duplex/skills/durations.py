"""Lengths of time as they are said: "an hour and twenty minutes", "half an hour", "five no ten minutes"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from edge_duplex.skills.numbers import TIME_UNITS, read_number, speak, tokens

CORRECTIONS = frozenset(tokens("no wait sorry actually mean make it rather or let's say um uh i well"))
"""Words that may stand between what was said first and what is meant."""
_UNITS = TIME_UNITS | {"sec": 1, "min": 60, "hr": 3600}


@dataclass(frozen=True, slots=True)
class Duration:
    """`seconds`, read from the tokens `begin` to `end` (exclusive)."""

    seconds: Fraction
    begin: int
    end: int
    unit: int
    """Seconds in the unit that was named last."""


def _unit(words: Sequence[str], at: int) -> int | None:
    return _UNITS.get(words[at].rstrip("'").removesuffix("'s").removesuffix("s")) if at < len(words) else None


def _amount(words: Sequence[str], at: int) -> tuple[Fraction, int] | None:
    """How many of a unit, up to where the unit stands: "a", "half an", "a quarter of an", "a couple of"."""
    rest = list(words[at : at + 4])
    if rest[:1] in (["a"], ["an"]) and _unit(words, at + 1):
        return Fraction(1), at + 1
    for phrase, count in ((["a", "couple"], 2), (["couple"], 2), (["a", "few"], 3)):
        if rest[: len(phrase)] == phrase:
            after = at + len(phrase)
            return Fraction(count), after + (after < len(words) and words[after] == "of")
    read = read_number(words, at)
    if read is None or read[0] < 0:
        return None
    value, after = read
    if value.denominator > 1:
        after += after < len(words) and words[after] == "of"
        after += after < len(words) and words[after] in ("a", "an", "one")
    return value, after


def _one(words: Sequence[str], at: int) -> tuple[Fraction, int, int] | None:
    """An amount and its unit, "an hour and a half" too: seconds, the next index, the unit."""
    amount = _amount(words, at)
    unit = _unit(words, amount[1]) if amount else None
    if amount is None or unit is None:
        return None
    seconds, after = amount[0] * unit, amount[1] + 1
    if after < len(words) and words[after] == "and":
        part = read_number(words, after + 1)
        if part and 0 < part[0] < 1 and not _unit(words, part[1]) and words[part[1] : part[1] + 1] != ["of"]:
            return seconds + part[0] * unit, part[1], unit
    return seconds, after, unit


def read_duration(words: Sequence[str], at: int = 0) -> Duration | None:
    """The longest duration that begins at token `at`; its units must fall: hours, minutes, seconds."""
    total, after, limit = Fraction(0), at, max(_UNITS.values()) + 1
    while True:
        begin = after + 1 if after > at and after < len(words) and words[after] == "and" else after
        one = _one(words, begin)
        if one is None or one[2] >= limit:
            break
        total, after, limit = total + one[0], one[1], one[2]
    return Duration(total, at, after, limit) if after > at else None


def find_duration(words: Sequence[str]) -> Duration | None:
    """The duration that is meant: the last one named, since people correct themselves."""
    found: Duration | None = None
    before: tuple[int, int] | None = None  # where the last duration stands, or number without a unit
    at = 0
    while at < len(words):
        duration = read_duration(words, at) or _bare_correction(words, at, found)
        if duration is None:
            loose = read_number(words, at)
            before = (at, loose[1]) if loose else before
            at = loose[1] if loose else at + 1
            continue
        # What a correction takes back belongs to it, so that none of it is taken for a label.
        begin = before[0] if before and set(words[before[1] : at]) <= CORRECTIONS else duration.begin
        found = Duration(duration.seconds, begin, duration.end, duration.unit)
        before, at = (begin, found.end), found.end
    return found


def _bare_correction(words: Sequence[str], at: int, found: Duration | None) -> Duration | None:
    """Five minutes, no, ten: a number alone after a correction, in the unit of what it corrects."""
    if found is None or at <= found.end or not set(words[found.end : at]) <= CORRECTIONS:
        return None
    read = read_number(words, at)
    if read is None or read[0] <= 0:
        return None
    return Duration(read[0] * found.unit, at, read[1], found.unit)


def seconds_in(text: str) -> int | None:
    """Whole seconds of the duration that the text names, or None."""
    found = find_duration(tokens(text))
    return round(found.seconds) if found else None


def speak_duration(seconds: int) -> str:
    """One hour, twenty minutes and five seconds; but ninety seconds stay what they are."""
    if 60 < seconds < 100:
        return f"{speak(seconds)} seconds"
    parts = []
    for name, unit in sorted(TIME_UNITS.items(), key=lambda item: -item[1]):
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{speak(count)} {name}{'' if count == 1 else 's'}")
    if len(parts) < 2:
        return parts[0] if parts else "zero seconds"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def speak_adjective(seconds: int) -> str:
    """As it stands before a noun: "five minute", "one hour and twenty minute"."""
    return " ".join(
        word.removesuffix("s") if word.rstrip("s") in TIME_UNITS else word
        for word in speak_duration(seconds).replace(",", "").split()
    )

"""Numbers as they are said: read from words or digits, and spoken back. Exact, as fractions.

`speak` and `number` are inverses: `number(speak(n)) == n`. A recogniser writes "for" for "four" and "to" for
"two"; such a word is a number only where nothing but a number can stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TY = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES, TENS = tuple(_ONES.split()), tuple(_TY.split())
SCALES = {"billion": 10**9, "million": 10**6, "thousand": 10**3}
LARGEST = 10**12 - 1
"""The largest whole number that is spoken or read."""
TIME_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
"""Seconds in each."""

_SMALL = {word: value for value, word in enumerate(ONES)} | {"nought": 0, "naught": 0, "oh": 0}
_TENS = {word: 10 * value for value, word in enumerate(TENS, 2)} | {"fourty": 40}
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifth": 5,
    "fifths": 5,
}
_PARTS |= {"eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10}
_SOUNDS_LIKE = {"won": 1, "to": 2, "too": 2, "for": 4, "fore": 4, "ate": 8}
_OPERATOR_WORDS = "plus minus times multiplied divided by over point percent squared cubed of + - * / ^"
_OPERATORS = frozenset(_OPERATOR_WORDS.split())
_COUNTED = {unit + plural for unit in TIME_UNITS for plural in ("", "s")} | SCALES.keys() | {"hundred", "%"}
_AFTER_A_NUMBER = _OPERATORS | _COUNTED

Read = tuple[Fraction, int]
"""What was read, and the index of the token after it."""


def tokens(text: str) -> list[str]:
    """Lower-case words, figures and signs: "Twenty-five × 1,000.5?" gives twenty, five, *, 1000.5."""
    plain = text.lower().replace("’", "'").translate(str.maketrans("×÷−–", "*/--"))
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])|(?<=\d)-(?=[a-z])", " ", plain)
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    plain = plain.replace("²", " squared").replace("³", " cubed").replace("per cent", "percent")
    return re.findall(r"\d+\.\d+|\.\d+|\d+|[a-z]+(?:'[a-z]+)?|[-+*/%^]", plain)


def _digit(words: Sequence[str], at: int) -> int | None:
    """0 to 19 in words, or a word that sounds like it in a place where only a number can stand."""
    word = words[at]
    if word in _SMALL:
        return _SMALL[word]
    if word not in _SOUNDS_LIKE:
        return None
    after = words[at + 1] if at + 1 < len(words) else ""
    before = words[at - 1] if at else ""
    expected = before in _OPERATORS or before in _TENS
    return _SOUNDS_LIKE[word] if after in _AFTER_A_NUMBER or (expected and not after) else None


def _group(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """A number below 1000, or "fifteen hundred", in words; with the next index."""
    if at >= len(words):
        return None
    if words[at] in ("a", "an") and at + 1 < len(words) and words[at + 1] in {"hundred", *SCALES}:
        head, after = 1, at + 1
    else:
        small = _below_hundred(words, at)
        if small is None:
            return None
        head, after = small
    if not head or after >= len(words) or words[after] != "hundred":
        return head, after
    head, after = head * 100, after + 1
    joint = after + 1 if after < len(words) and words[after] == "and" else after
    rest = _below_hundred(words, joint)
    if rest is None or not rest[0] or (rest[1] < len(words) and words[rest[1]] == "hundred"):
        return head, after
    return head + rest[0], rest[1]


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    if words[at] in _TENS:
        ones = _digit(words, at + 1) if at + 1 < len(words) else None
        return (_TENS[words[at]] + ones, at + 2) if ones and ones < 10 else (_TENS[words[at]], at + 1)
    small = _digit(words, at)
    return None if small is None else (small, at + 1)


def _cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    total, after, limit = 0, at, LARGEST + 1
    while True:
        begin = after + 1 if after > at and after < len(words) and words[after] == "and" else after
        group = _group(words, begin)
        if group is None:
            break
        value, end = group
        scale = SCALES.get(words[end], 1) if end < len(words) else 1
        if scale >= limit or value * scale >= limit or (after > at and not value):
            break
        total, after, limit = total + value * scale, end + (scale > 1), scale
        if scale == 1:
            break
    return (total, after) if after > at else None


def _decimals(words: Sequence[str], at: int) -> Read | None:
    """What stands after "point": "seven five", or "seventy five"."""
    figures, after = "", at
    while after < len(words):
        small = _below_hundred(words, after) if not words[after].isdigit() else (int(words[after]), after + 1)
        if small is None:
            break
        figures, after = figures + str(small[0]), small[1]
    return (Fraction(int(figures), 10 ** len(figures)), after) if figures else None


def _part(words: Sequence[str], at: int) -> Read | None:
    """Half, a quarter, three quarters; a second is never a part."""
    if at < len(words) and words[at] in ("half", "quarter"):
        return Fraction(1, _PARTS[words[at]]), at + 1
    if at + 1 >= len(words) or words[at + 1] not in _PARTS:
        return None
    count = 1 if words[at] in ("a", "an") else _SMALL.get(words[at])
    return (Fraction(count, _PARTS[words[at + 1]]), at + 2) if count else None


def read_number(words: Sequence[str], at: int = 0) -> Read | None:
    """The longest number that begins at token `at`: "minus two and a half", "point five", "1200"; or None."""
    if at >= len(words):
        return None
    if words[at] in ("minus", "negative", "-"):
        rest = read_number(words, at + 1)
        return (-rest[0], rest[1]) if rest and rest[0] >= 0 and words[at + 1] not in ("minus", "-") else None
    if words[at][0].isdigit() or words[at][0] == ".":
        value, after = Fraction(words[at]), at + 1
        while after < len(words) and words[after] in SCALES:
            value, after = value * SCALES[words[after]], after + 1
    elif words[at] == "point":
        return _decimals(words, at + 1)
    elif part := _part(words, at):
        return part
    elif whole := _cardinal(words, at):
        value, after = Fraction(whole[0]), whole[1]
    else:
        return None
    if after < len(words) and words[after] == "point" and (tail := _decimals(words, after + 1)):
        value, after = value + tail[0], tail[1]
        if after < len(words) and words[after] in SCALES:
            value, after = value * SCALES[words[after]], after + 1
    elif after < len(words) and words[after] == "and" and (tail := _part(words, after + 1)):
        value, after = value + tail[0], tail[1]
    return value, after


def number(text: str) -> Fraction | None:
    """The number that the whole text is, or None."""
    words = tokens(text)
    read = read_number(words)
    return read[0] if read is not None and read[1] == len(words) else None


def _speak_whole(value: int) -> str:
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10 - 2] + (f" {ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        return f"{ONES[value // 100]} hundred" + (f" and {_speak_whole(value % 100)}" if value % 100 else "")
    name, scale = next((name, scale) for name, scale in SCALES.items() if value >= scale)
    rest = value % scale
    joint = " and " if rest < 100 else " "
    return f"{_speak_whole(value // scale)} {name}" + (joint + _speak_whole(rest) if rest else "")


def speak(value: Fraction | int, places: int = 3) -> str:
    """The number in words, rounded to `places` decimals: "minus one thousand and twelve point five".

    Raises `OverflowError` past LARGEST.
    """
    rounded = round(Fraction(value) * 10**places)
    whole, rest = divmod(abs(rounded), 10**places)
    if whole > LARGEST:
        raise OverflowError(f"{value} is larger than {LARGEST}")
    figures = f"{rest:0{places}d}".rstrip("0") if rest else ""
    words = _speak_whole(whole) + (
        " point " + " ".join(ONES[int(figure)] for figure in figures) if figures else ""
    )
    return f"minus {words}" if rounded < 0 else words


def ordinal(value: int) -> str:
    """1 to 99 as a rank: "twenty second"."""
    odd = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
    if value < 20:
        return odd.get(value, ONES[value] + "th")
    return (
        f"{TENS[value // 10 - 2]} {ordinal(value % 10)}"
        if value % 10
        else TENS[value // 10 - 2][:-1] + "ieth"
    )

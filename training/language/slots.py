"""What fills the slots: numbers, durations, sums and names, as they are said in English.

A slot is text in the notation of `notation.py`: `|` where a speaker may stop to think, `/` where it could
end.
"""

from __future__ import annotations

import random

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
ROUND_MINUTES = (
    1,
    2,
    3,
    4,
    5,
    5,
    5,
    6,
    7,
    8,
    9,
    10,
    10,
    10,
    12,
    15,
    15,
    15,
    20,
    20,
    25,
    30,
    30,
    40,
    45,
    50,
    60,
    90,
)
PERCENTAGES = (1, 2, 3, 5, 7, 8, 10, 12, 15, 18, 19, 20, 25, 30, 33, 40, 50, 75, 80)
SQUARES = (4, 9, 16, 25, 36, 49, 64, 81, 100, 144, 400)


def below_hundred(number: int, split: str = " ") -> str:
    """0 to 99 in words; `split` stands between tens and ones."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (split + ONES[ones] if ones else "")


def number_words(number: int, rng: random.Random, final: bool = False) -> str:
    """0 to 999,999 as somebody may say it. With `final`, places where it could have ended are marked `/`."""
    stop = " / " if final else " "
    if number < 100:
        return below_hundred(number, stop)
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = rng.choice(("a", "one")) if hundreds == 1 else ONES[hundreds]
        joint = rng.choice((" ", " and ")) if rest else ""
        tail = below_hundred(rest, stop) if rest else ""
        return f"{head} hundred{stop if rest else ''}{joint}{tail}"
    if 1100 <= number < 2000 and number % 100 == 0 and rng.random() < 0.3:
        return f"{ONES[number // 100]} hundred"
    thousands, rest = divmod(number, 1000)
    head = rng.choice(("a", "one")) if thousands == 1 else number_words(thousands, rng)
    if not rest:
        return f"{head} thousand"
    joint = " and " if rest < 100 and rng.random() < 0.6 else " "
    return f"{head} thousand{stop}{joint}{number_words(rest, rng, final)}"


def some_number(rng: random.Random) -> int:
    """A number of the size people reckon with: mostly small, now and then large."""
    top = rng.choices((12, 20, 100, 1000, 10_000, 1_000_000), (30, 20, 35, 11, 3, 1))[0]
    number = rng.randrange(1 if rng.random() < 0.98 else 0, top)
    if number >= 100 and rng.random() < 0.5:
        number -= number % rng.choice((10, 50, 100))
    return max(number, 1) if number else 0


def _decimal(rng: random.Random, final: bool) -> str:
    head = number_words(rng.choice((0, 1, 2, 3, 5, 7, 9, 10, 12, 19, 20, 99)), rng)
    digits = [ONES[rng.randrange(10)] for _ in range(rng.choice((1, 1, 2)))]
    if head == "zero" and rng.random() < 0.5:
        head = ""
    return f"{head} point " + (" / " if final else " ").join(digits)


def operand(rng: random.Random, final: bool = False) -> str:
    """A number in a sum."""
    draw = rng.random()
    if draw < 0.05:
        return _decimal(rng, final)
    if draw < 0.06:
        return "minus " + below_hundred(rng.randrange(1, 60))
    return number_words(some_number(rng), rng, final)


OPERATORS = (
    ("times", 8),
    ("plus", 8),
    ("minus", 5),
    ("divided | by", 5),
    ("multiplied | by", 2),
    ("over", 1),
    ("take away", 1),
)


def _operator(rng: random.Random) -> str:
    return rng.choices([name for name, _ in OPERATORS], [weight for _, weight in OPERATORS])[0]


def expression(rng: random.Random) -> str:
    """A sum: "twelve | times | seven", "fifteen percent | of | two hundred", "nine squared"."""
    draw = rng.random()
    if draw < 0.62:
        return f"{operand(rng)} | {_operator(rng)} | {operand(rng, final=True)}"
    if draw < 0.76:
        percent = number_words(rng.choice(PERCENTAGES), rng)
        return f"{percent} percent | of | {operand(rng, final=True)}"
    if draw < 0.82:
        return f"{number_words(some_number(rng), rng)} {rng.choice(('squared', 'squared', 'cubed'))}"
    if draw < 0.86:
        return f"the square root | of | {number_words(rng.choice(SQUARES), rng)}"
    if draw < 0.9:
        part = rng.choice(("half", "half", "a third", "a quarter", "a tenth"))
        return f"{part} of | {number_words(some_number(rng), rng, final=True)}"
    first = f"{operand(rng)} | {_operator(rng)} | {operand(rng, final=True)}"
    return f"{first} / {_operator(rng)} | {operand(rng, final=True)}"


def _plural(count: int, unit: str) -> str:
    return unit if count == 1 else unit + "s"


def _mixed_duration(rng: random.Random) -> str:
    return rng.choice(
        (
            "half an hour",
            "half an hour",
            "an hour",
            "an hour",
            "a minute",
            "half a minute",
            "a quarter of an hour",
            "three quarters of an hour",
            "an hour / and a half",
            "one and a half hours",
            "one and a half minutes",
            "two and a half hours",
            "two and a half minutes",
            "a minute / and a half",
            "two hours / and a half",
            "a couple of minutes",
            "an hour / and | " + below_hundred(rng.choice((5, 10, 15, 20, 40, 45))) + " minutes",
            "a minute / and | " + below_hundred(rng.choice((10, 15, 20, 30, 45))) + " seconds",
        )
    )


def duration(rng: random.Random) -> str:
    """A length of time: "ten minutes", "an hour / and | twenty minutes"."""
    draw = rng.random()
    if draw < 0.18:
        return _mixed_duration(rng)
    if draw < 0.72:
        minutes = rng.choice(ROUND_MINUTES) if rng.random() < 0.75 else rng.randrange(1, 100)
        words = f"{below_hundred(minutes)} {_plural(minutes, 'minute')}"
        if rng.random() < 0.1:
            words += f" / {rng.choice(('and | ', '', 'and '))}{below_hundred(rng.randrange(5, 60))} seconds"
        return words
    if draw < 0.87:
        seconds = rng.choice((5, 10, 10, 15, 20, 30, 30, 30, 40, 45, 60, 75, 90, 90, rng.randrange(2, 100)))
        return f"{below_hundred(seconds)} seconds"
    hours = rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 24))
    words = f"{below_hundred(hours)} {_plural(hours, 'hour')}"
    if rng.random() < 0.25:
        words += f" / {rng.choice(('and | ', '', 'and '))}{below_hundred(rng.randrange(1, 60))} minutes"
    return words


def adjective_duration(rng: random.Random) -> str:
    """As it stands before a noun: "ten minute"."""
    unit = rng.choices(("minute", "second", "hour"), (8, 2, 2))[0]
    count = rng.choice(ROUND_MINUTES) if unit != "hour" else rng.choice((1, 2, 3, 4))
    return "half hour" if rng.random() < 0.15 else f"{below_hundred(count)} {unit}"


def clock_time(rng: random.Random) -> str:
    """A time of day: "half past seven", "six | thirty", "ten a.m."."""
    hour = ONES[rng.randrange(1, 13)]
    minute = rng.choice((5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, rng.randrange(10, 60)))
    near = rng.choice(("five", "ten", "a quarter", "quarter", "twenty", "half"))
    side = "past" if near == "half" else rng.choice(("past", "to"))
    late = rng.choice(("a.m.", "p.m.", "in the morning", "in the evening", "tonight", "at night"))
    return rng.choice(
        (
            f"{hour} o'clock",
            f"{hour}",
            f"{hour} / {below_hundred(minute)}",
            f"{hour} / {late}",
            f"{hour} / {below_hundred(minute)} / {late}",
            f"{near} {side} | {hour}",
            f"{near} {side} | {hour} / {late}",
            "noon",
            "midnight",
        )
    )


def ordinal(day: int) -> str:
    """A day of the month: 21 is "twenty first"."""
    if day <= 20:
        return ORDINALS[day - 1]
    if day == 30:
        return "thirtieth"
    return f"{TENS[day // 10 - 2]} {ORDINALS[day % 10 - 1]}"


def date_words(rng: random.Random) -> str:
    """A day of the year: "the third of may", "may / third"."""
    day, month = ordinal(rng.randrange(1, 32)), rng.choice(MONTHS)
    return rng.choice((f"the {day} / of {month}", f"{month} {day}", f"{month} the {day}"))


MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
DAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip

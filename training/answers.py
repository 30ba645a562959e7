"""What a skill might say to a call: stand-ins with the look of the real answers, so that the trunk has
them in it."""

from __future__ import annotations

from random import Random

_HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_PAST = [
    "five past",
    "ten past",
    "a quarter past",
    "twenty past",
    "half past",
    "twenty to",
    "a quarter to",
    "ten to",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_NUMBERS = [
    "two",
    "seven",
    "twelve",
    "fifteen",
    "eighteen",
    "twenty",
    "four",
    "thirty",
    "forty",
    "two",
    "fifty",
    "six",
    "eighty",
    "four",
    "ninety",
    "a",
    "hundred",
]


_LENGTHS = ["ten seconds", "thirty seconds", "one minute", "two minutes", "three minutes", "five minutes", "ten minutes", "fifteen minutes", "twenty five minutes", "half an hour", "one hour", "one hour and twenty minutes"]


def _length(rng: Random) -> str:
    return rng.choice(_LENGTHS)


def answer(reply: str, last: str, rng: Random) -> str:
    """The words spoken for a reply; `last` is what was said before, for `repeat`."""
    if not reply.startswith("<call>"):
        return reply
    name, _, words = reply.removeprefix("<call>").strip().partition(" ")
    if name == "clock.time":
        return rng.choice(("It's {} {}.", "It is {} {}.")).format(rng.choice(_PAST), rng.choice(_HOURS))
    if name == "clock.date":
        day, month = rng.choice(_DAYS), rng.choice(_MONTHS)
        return rng.choice(
            (f"Today is {day}, {month} the fifth.", f"It's {day}, the second of {month}.", f"It's {day}.")
        )
    if name == "timer.set":
        return rng.choice(
            (f"Okay, {words}.", f"Your timer is set for {words}.", f"Timer set for {words}.", "For how long?")
        )
    if name == "timer.left":
        return rng.choice(
            (f"{_length(rng).capitalize()} left.", f"There are {_length(rng)} left.", "There is no timer.")
        )
    if name == "timer.cancel":
        return rng.choice(("The timer is cancelled.", "Okay, cancelled.", "There is no timer to cancel."))
    if name == "math.calculate":
        value = rng.choice(_NUMBERS)
        return rng.choice((f"That's {value}.", f"{words} is {value}.".capitalize(), f"It's {value}."))
    return last or "I haven't said anything yet."


def due(rng: Random) -> tuple[str, str]:
    """(label, announcement) of a timer that has run out."""
    length = _length(rng).replace("minutes", "minute").replace("seconds", "second")
    label = rng.choice(("timer", f"{length} timer", f"{rng.choice(('tea', 'pasta', 'egg', 'laundry', 'rice'))} timer"))
    return label, rng.choice((f"Your {label} is done.", f"Time's up for your {label}.", f"Your {label} has run out."))

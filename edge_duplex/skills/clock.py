"""What time it is, and what day."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge_duplex.skills.numbers import ONES, ordinal, speak, tokens
from edge_duplex.skills.protocol import Answer, Scene

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS = "January February March April May June July August September October November December"
DAYS, MONTHS = tuple(_DAYS.split()), tuple(_MONTHS.split())
# Not strftime: its names follow the locale of the machine, and the voice is English.


def speak_time(moment: datetime) -> str:
    """On a twelve-hour clock: "ten past three", "three seventeen", "noon"."""
    hour, minute = moment.hour, moment.minute
    if minute == 0:
        special = {0: "midnight", 12: "noon"}.get(hour)
        return special or f"{_hour(hour)} o'clock"
    if minute % 5:
        return f"{_hour(hour)} {'oh ' if minute < 10 else ''}{speak(minute)}"
    past = minute <= 30
    away = minute if past else 60 - minute
    name = {15: "a quarter", 30: "half"}.get(away) or speak(away)
    return f"{name} past {_hour(hour)}" if past else f"{name} to {_hour(hour + 1)}"


def _hour(hour: int) -> str:
    return ONES[hour % 12 or 12]


def speak_date(moment: datetime) -> str:
    """As in: Sunday, the twenty second of November."""
    return f"{DAYS[moment.weekday()]}, the {ordinal(moment.day)} of {MONTHS[moment.month - 1]}"


class ClockTime:
    name = "clock.time"

    def answer(self, words: str, scene: Scene) -> Answer:
        return Answer(f"It's {speak_time(scene.now)}.", result=scene.now.strftime("%H:%M"))


class ClockDate:
    """Today's date; tomorrow's and yesterday's where the words ask for it, and the year."""

    name = "clock.date"

    def answer(self, words: str, scene: Scene) -> Answer:
        asked = tokens(words)
        for day, offset in (("tomorrow", 1), ("yesterday", -1)):
            if day in asked:
                moment = scene.now + timedelta(days=offset)
                verb = "is" if offset > 0 else "was"
                return Answer(
                    f"{day.capitalize()} {verb} {speak_date(moment)}.",
                    args={"day": day},
                    result=moment.date().isoformat(),
                )
        if "year" in asked:
            return Answer(f"It's {speak(scene.now.year)}.", args={"day": "year"}, result=scene.now.year)
        return Answer(f"It's {speak_date(scene.now)}.", result=scene.now.date().isoformat())

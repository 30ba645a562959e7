"""What the agent says aloud in a simulated conversation: the real skills answer its calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from edge_duplex.skills.protocol import Scene
from edge_duplex.skills.registry import Skills
from training.simulate import read_reply

_LENGTHS = (
    "ten second", "thirty second", "one minute", "two minute", "three minute", "five minute", "ten minute", "half hour",
    "fifteen minute", "twenty five minute", "one hour", "one hour and twenty minute", "tea", "pasta", "egg", "laundry",
)  # fmt: skip


class Answers:
    """The skills of one conversation, begun at some moment of some year."""

    def __init__(self, rng: Random) -> None:
        self._skills = Skills()
        self._start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(2 * 365 * 86400))

    def to(self, reply: str, last_said: str, now_ms: int) -> str:
        """The words spoken for a reply at `now_ms` of the conversation; a call has its effect."""
        wanted = read_reply(reply)
        if not wanted.skill:
            return wanted.text
        scene = Scene(self._start + timedelta(milliseconds=now_ms), last_said)
        answer = self._skills.ask(wanted.skill, wanted.text, scene)
        answer.effect()
        return answer.text


def due(rng: Random) -> tuple[str, str]:
    """(label, announcement) of a timer that has run out."""
    label = f"{rng.choice(_LENGTHS)} timer"
    return label, f"Your {label} is done."

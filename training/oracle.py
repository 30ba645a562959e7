"""What is right and when, known to the simulation alone: the constants of a good listener."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

from edge_duplex.models.interaction.prompt import words_of
from training.language import Turn, sentences

REPLY_AFTER_MS = {"request": 80, "smalltalk": 80, "stop": 160, "repeat": 80, "unknown": 400, "fragment": 1900}
"""Silence after which a turn of a kind is answered."""
ODD_MS = 640
"""… if its end was misheard."""
OPEN_MS = 1900
"""… if it stops in the middle of a thought."""
CALLED_MS = 1200
"""… if the user only called for attention, and may be about to go on."""
CALLED = "Yes?"
"""The reply to "wait" or "hang on" when nothing comes after it."""
SILENCING = frozenset(("stop", "quiet", "enough", "mind", "shut", "hush", "silence"))
"""A call for attention with one of these in it is none."""
LISTENS_MS = 480
"""A user who speaks over the agent this long without a word recognised means it."""
BACKCHANNEL_MS = 240
"""Silence at the end of a clause in which to say "mm-hm"."""
YIELD_LATEST_MS = 720
LISTENING = frozenset(
    (
        "uh", "huh", "uh-huh", "okay", "right", "yeah", "mhm", "mm", "hmm", "hm", "oh", "ah", "yes", "yep", "yup",
        "sure", "wow", "cool", "nice", "good", "great", "i", "see", "know", "got", "it",
    )
)  # fmt: skip
"""Words that alone do not take the floor."""


@cache
def vocabulary() -> tuple[str, ...]:
    return tuple(sorted({word for sentence in sentences(Random(5), 3000) for word in sentence}))


def tells(words: Sequence[str]) -> bool:
    return any(word not in LISTENING for word in words)


def called(turn: Turn) -> bool:
    """The user only called for attention ("wait", "hang on"): "yes?" is right, unless it was to silence the agent."""
    return turn.reply == CALLED and not SILENCING & set(turn.words)


def silenced(turn: Turn) -> bool:
    """The user wants the agent to be silent, if it was speaking: nothing is right to say."""
    return turn.kind == "stop" and not called(turn)


def meant(texts: Sequence[str], voice_ms: int) -> bool:
    """Whether what is heard over the agent by now tells an interruption from a sign of listening."""
    words = [word for text in texts for word in words_of(text)]
    return tells(words) or voice_ms >= (YIELD_LATEST_MS if words else LISTENS_MS)

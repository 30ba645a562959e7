"""How people really say it: with fillers, false starts, a greeting first and a "please" at the end.

Each change keeps the two kinds of place in step: where a speaker may stop to think, and where the turn
was complete already.
"""

from __future__ import annotations

import random

from training.language.corpus import lines
from training.language.notation import Spoken

FILLERS = ("um", "um", "um", "uh", "uh", "hmm", "er", "like", "you know")
GREETINGS = (
    ("hey", 6), ("okay", 6), ("oh", 3), ("hello", 2), ("hi", 3), ("yeah", 2), ("hey assistant", 1),
    ("hey computer", 1), ("hi there", 1), ("all right", 1),
)  # fmt: skip
"""What may stand before a turn and could have stood alone, with its weight."""
LEADS = (
    ("um", 10), ("uh", 8), ("so", 6), ("well", 4), ("and", 4), ("okay so", 3), ("right so", 1),
    ("um okay", 1), ("actually", 2), ("excuse me", 1), ("hmm", 2), ("now", 1), ("quick question", 1),
    ("listen", 1), ("so um", 2), ("oh and", 1), ("one more thing", 1), ("i have a question", 1),
)  # fmt: skip
"""What may stand before a turn and promises more, with its weight."""
OPENINGS = GREETINGS + LEADS
ALONE = frozenset(words for words, _ in GREETINGS)
CLOSINGS = ("please", "please", "please", "thanks", "thank you", "now", "if you can", "for me", "will you")

HANGING = frozenset(lines("hanging"))
"""Words after which hardly anybody has finished."""


def insert(spoken: Spoken, at: int, words: list[str], complete: bool) -> None:
    """Puts words in before the `at`-th; after them, and before them, the turn stands as `complete` says."""
    shift = len(words)
    spoken.words[at:at] = words
    spoken.holds = {place + shift if place > at else place for place in spoken.holds}
    spoken.done = {place + shift if place > at else place for place in spoken.done}
    (spoken.done if complete else spoken.holds).add(at + shift)
    spoken.holds.discard(0)
    spoken.done.discard(0)
    spoken.holds -= spoken.done


def hesitate(spoken: Spoken, rng: random.Random) -> None:
    """An "um" in one of the places where the speaker thinks."""
    if spoken.holds:
        insert(spoken, rng.choice(sorted(spoken.holds)), rng.choice(FILLERS).split(), complete=False)


def stumble(spoken: Spoken, rng: random.Random) -> None:
    """A false start: the first one to three words twice."""
    count = min(rng.choice((1, 1, 2, 2, 3)), len(spoken.words) - 1)
    if count > 0:
        insert(spoken, 0, spoken.words[:count], complete=False)


def open_with(spoken: Spoken, rng: random.Random) -> None:
    """A greeting or a filler first."""
    words = rng.choices([words for words, _ in OPENINGS], [weight for _, weight in OPENINGS])[0]
    if spoken.words[0] != words.split()[0]:
        insert(spoken, 0, words.split(), complete=words in ALONE)


def close_with(spoken: Spoken, rng: random.Random) -> None:
    """A "please" at the end, after a turn that was complete without it."""
    words = rng.choice(CLOSINGS).split()
    if spoken.words[-1] != words[-1]:
        spoken.done.add(len(spoken.words))
        spoken.holds.discard(len(spoken.words))
        spoken.words.extend(words)
        if len(words) > 1:
            spoken.holds |= set(range(len(spoken.words) - len(words) + 1, len(spoken.words)))


def hang(spoken: Spoken) -> None:
    """Marks as thinking places those after words that cannot end a turn."""
    for at in range(1, len(spoken.words)):
        if spoken.words[at - 1] in HANGING and at not in spoken.done:
            spoken.holds.add(at)

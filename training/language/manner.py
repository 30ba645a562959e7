"""How people really say it: with fillers, false starts, a greeting first and a "please" at the end.

Each change keeps the two kinds of place in step: where a speaker may stop to think, and where the turn was complete.
"""

from __future__ import annotations

import random

from training.language.notation import Spoken

FILLERS = ("um", "um", "um", "uh", "uh", "hmm", "er", "like", "you know")
OPENINGS = (
    ("um", 10, False),
    ("uh", 8, False),
    ("hey", 6, True),
    ("okay", 6, True),
    ("so", 6, False),
    ("well", 4, False),
    ("oh", 3, True),
    ("and", 4, False),
    ("okay so", 3, False),
    ("hello", 2, True),
    ("hi", 3, True),
    ("right so", 1, False),
    ("um okay", 1, False),
    ("actually", 2, False),
    ("yeah", 2, True),
    ("excuse me", 1, False),
    ("hmm", 2, False),
    ("now", 1, False),
    ("quick question", 1, False),
    ("hey assistant", 1, True),
    ("hey computer", 1, True),
    ("listen", 1, False),
    ("so um", 2, False),
    ("oh and", 1, False),
    ("hi there", 1, True),
    ("all right", 1, True),
    ("one more thing", 1, False),
    ("i have a question", 1, False),
)
"""What may stand before a turn, its weight, and whether it could have stood alone."""
CLOSINGS = ("please", "please", "please", "thanks", "thank you", "now", "if you can", "for me", "will you", "okay", "then")

HANGING = frozenset(
    """a an the my your his her our their this these some any every another for to of in on at with from by about and
    or but because if when while that than as is are was were be been am it's i'm i'll i'd i've we're they're you're
    what's who's where's there's can could would should will do does did don't have has had want need set get make
    give let's let me um uh hmm er like um so very really too more most which whose how what where who why into over
    under between times plus minus divided multiplied point hundred percent and the i you he she we they""".split()
)
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
    words, _, alone = rng.choices(OPENINGS, [weight for _, weight, _ in OPENINGS])[0]
    if spoken.words[0] != words.split()[0]:
        insert(spoken, 0, words.split(), complete=alone)


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

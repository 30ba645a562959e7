"""How words reach the model: said at some rate, with gaps, recognised late, sometimes wrongly. Times in
ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from training.language import Turn

MERGE_MS = 240
"""A gap in the voice shorter than this does not end a run of it (the endpointer's rule)."""
ONSET_MS = 60
"""How much voice it takes to be called a start."""


@dataclass(frozen=True)
class Heard:
    """A word as recognised: seen as `first` from `seen`, as `text` from `right`. Empty text: not seen."""

    start: int
    end: int
    seen: int
    right: int
    first: str
    text: str


@dataclass(frozen=True)
class Utterance:
    words: tuple[Heard, ...]
    voiced: tuple[tuple[int, int], ...]
    """Stretches of voice, in order."""

    @property
    def settled(self) -> int:
        """When the last word has come, or the last sound."""
        return max([self.voiced[-1][1], *(word.right for word in self.words)])


def voice_silence(voiced: Sequence[tuple[int, int]], now: int) -> tuple[int, int]:
    """Length of the present run of voice and of the present silence, as the floor reports them."""
    run, last = 0, -(10**6)
    for start, end in voiced:
        if now < start + ONSET_MS:
            break
        if start - last >= MERGE_MS:
            run = start
        last = end
    return (now - run, 0) if now <= last else (0, now - last)


@dataclass(frozen=True)
class Wrong:
    """A turn as misheard: for each word said, what is recognised ("" for nothing)."""

    words: tuple[str, ...]
    reply: str
    ends_oddly: bool
    """One of the last two words is not what was said."""


def mishear(turn: Turn, rng: Random, vocabulary: Sequence[str], rate: float) -> Wrong:
    """Substitute, drop and double words, but not those a call takes its arguments from."""
    said = list(turn.words)
    heard = list(said)
    for i in range(len(said)):
        if rng.random() >= rate:
            continue
        kind = rng.random()
        if kind < 0.6:
            heard[i] = _alike(said[i], rng, vocabulary)
        elif kind < 0.8:
            heard[i] = ""
        else:
            heard[i] = f"{said[i]} {rng.choice(('a', 'the', 'uh', 'and', 'in', rng.choice(vocabulary)))}"
    if heard == said or not any(heard):
        return Wrong(turn.words, turn.reply, False)
    reply = _reworded(turn, heard)
    if reply is None:
        return Wrong(turn.words, turn.reply, False)
    return Wrong(tuple(heard), reply, heard[-2:] != said[-2:])


def _alike(word: str, rng: Random, vocabulary: Sequence[str]) -> str:
    near = [w for w in rng.sample(vocabulary, min(60, len(vocabulary))) if w[0] == word[0] or w[-2:] == word[-2:]]
    return rng.choice(near or list(vocabulary))


def _reworded(turn: Turn, heard: Sequence[str]) -> str | None:
    parts = turn.reply.split()
    if parts[:1] != ["<call>"]:
        return turn.reply
    wanted = parts[2:]
    if not wanted:
        return turn.reply
    for i in range(len(turn.words) - len(wanted) + 1):
        if list(turn.words[i : i + len(wanted)]) == wanted:
            if list(turn.words[i : i + len(wanted)]) != list(heard[i : i + len(wanted)]):
                return None  # the number itself was misheard: there is nothing right to say
            return turn.reply
    return None


def utter(
    words: Sequence[str],
    heard: Sequence[str],
    start: int,
    pauses: dict[int, int],
    rng: Random,
    vocabulary: Sequence[str],
) -> Utterance:
    """Say `words` from `start`; `pauses` maps a count of words to the ms of silence after them."""
    speed = rng.uniform(0.75, 1.35)
    lag = rng.choice((0, 40, 80, 120, 180, 240))
    now, seen = start, 0
    out: list[Heard] = []
    voiced: list[tuple[int, int]] = []
    begin = now
    for i, word in enumerate(words):
        end = now + int((90 + 48 * len(word)) * speed)
        gap = pauses.get(i + 1, 0)
        if not gap and i + 1 < len(words) and rng.random() < 0.22:
            gap = rng.choice((40, 60, 80, 100, 140, 180))
        seen = max(seen, end + lag + rng.randint(-120, 80))
        first, right = heard[i], seen
        if rng.random() < 0.12:
            first = "" if rng.random() < 0.3 else _alike(word, rng, vocabulary)
            right = seen + rng.choice((80, 160, 240, 320))
        if heard[i] or first:
            out.append(Heard(now, end, seen, right, first, heard[i]))
        if gap or i + 1 == len(words):
            voiced.append((begin + rng.randint(-20, 30), end + rng.randint(-40, 60)))
            begin = end + gap
        now = end + gap
    joined: list[tuple[int, int]] = []
    for a, b in voiced:
        if joined and a <= joined[-1][1] + 20:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, max(b, a + 80)))
    return Utterance(tuple(out), tuple(joined))


def noise(start: int, rng: Random) -> Utterance:
    """Voice without a word in it."""
    now, voiced = start, []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        end = now + rng.choice((80, 120, 200, 300, 400, 500, 700, 1000, 1500))
        voiced.append((now, end))
        now = end + rng.randint(60, 500)
    return Utterance((), tuple(voiced))

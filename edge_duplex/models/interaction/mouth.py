"""The mouth: flite behind the `Mouth` protocol, and what its sound needs before it is played.

flite pads a sentence with about 0.2 s of silence at both ends, speaks its voices at different levels, and
names words without their apostrophes. Here the silence goes, the level is made one, and the words become
those that are really said: "10" enters the timeline as "ten", "it's" as one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

import numpy as np

from edge_duplex.audio.frames import Samples
from edge_duplex.models.interaction.flite import FliteVoice, SaidWord
from edge_duplex.models.interaction.protocols import Speech
from edge_duplex.models.protocol import Word

LEVEL = 10 ** (-20 / 20) * 32768
"""RMS of the sounded part, int16 units: −20 dBFS."""
PEAK = 10 ** (-1 / 20) * 32768
"""No sample is larger: −1 dBFS."""
LEAD_MS = 5
"""Silence kept before the first sound."""
TAIL_MS = 100
"""Silence kept after the last sound."""
_AUDIBLE = 10 ** (-40 / 20)
"""Sound counts as silence where it is this far (as a ratio) below the loudest sample."""

_SPOKEN_SIGNS = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "–": ", ", "—": ", ", "…": ".", "−": " minus ", "×": " times ",
    "÷": " divided by ", "°": " degrees ", "€": " euros ", "£": " pounds ", "½": " and a half", "\u00a0": " ",
    "+": " plus ", "=": " equals ",
}  # fmt: skip


def speakable(text: str) -> str:
    """The text in ASCII, as flite can read it; '' where nothing in it can be said."""
    spelled = "".join(_SPOKEN_SIGNS.get(sign, sign) for sign in text)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    plain = " ".join(re.sub(r"[\x00-\x1f\x7f<>\\|_^`~{}\[\]]", " ", plain).split())
    plain = re.sub(r" ([,.;:!?])", r"\1", plain)
    return plain if re.search(r"[A-Za-z0-9]", plain) else ""


def sentences(text: str) -> list[str]:
    """The text cut after `.`, `!`, `?` and `;`, so that the first can be spoken while the rest is made."""
    return [part for part in re.split(r"(?<=[.!?;])\s+(?=\S)", text.strip()) if part]


def _token_words(group: list[SaidWord]) -> list[SaidWord]:
    """The words of one written token, its "'s" and "'ll" joined to what they hang on."""
    joined: list[SaidWord] = []
    for word in group:
        text = word.text.lower().lstrip("_")
        if joined and text.startswith("'"):
            last = joined.pop()
            text, start = last.text + text, last.start
        else:
            start = word.start
        joined.append(replace(word, text=text, start=start))
    if len(joined) == 1:
        # flite's own name for "I'm" is "im": the token knows better, if it is the same letters.
        token = joined[0].token.lower().strip("'\"")
        if re.sub(r"[^a-z]", "", token) == re.sub(r"[^a-z]", "", joined[0].text):
            joined = [replace(joined[0], text=re.sub(r"[^a-z'-]", "", token))]
    return joined


def said_words(items: Iterable[SaidWord], sample_rate: int, cut: int, length: int) -> tuple[Word, ...]:
    """What is sounded, in samples of the sound after its first `cut` samples have been taken away.

    Times are kept within `length` samples and never run backwards.
    """
    words: list[Word] = []
    sounded = (item for item in items if item.end > item.start and re.search(r"[A-Za-z]", item.text))
    for _, group in groupby(sounded, key=lambda item: item.token_id):
        for item in _token_words(list(group)):
            earliest = words[-1].end if words else 0
            start = min(max(round(item.start * sample_rate) - cut, earliest), length)
            end = min(max(round(item.end * sample_rate) - cut, start), length)
            words.append(Word(item.text, start, end))
    return tuple(words)


def sounded_part(samples: Samples, sample_rate: int) -> tuple[int, int]:
    """First and last (exclusive) sample to keep: the sound with LEAD_MS before and TAIL_MS after it."""
    loud = np.abs(samples.astype(np.int32))
    if not samples.size or loud.max() == 0:
        return 0, 0
    audible = np.flatnonzero(loud > max(1.0, float(loud.max()) * _AUDIBLE))
    first = max(0, int(audible[0]) - sample_rate * LEAD_MS // 1000)
    last = min(samples.size, int(audible[-1]) + 1 + sample_rate * TAIL_MS // 1000)
    return first, last


def levelled(samples: Samples) -> Samples:
    """The sound at LEVEL, measured where it is sounded, and nowhere over PEAK."""
    if not samples.size:
        return samples
    sound = samples.astype(np.float64)
    peak = float(np.abs(sound).max())
    if peak == 0:
        return samples
    sounded = sound[np.abs(sound) > peak * _AUDIBLE]
    gain = min(LEVEL / float(np.sqrt(np.mean(sounded**2))), PEAK / peak)
    return np.round(sound * gain).astype(np.int16)


class FliteMouth:
    """A `Mouth` that speaks with one of flite's voices (slt, rms, awb, kal16). 16 kHz.

    `rate` is the speed against the voice's own: 1.2 is a fifth faster. Raises `ModelError` where flite or the
    voice is missing, `ValueError` for a rate outside 0.5 to 2.
    """

    def __init__(self, voice: str = "slt", rate: float = 1.0) -> None:
        if not 0.5 <= rate <= 2.0:
            raise ValueError(f"speaking rate {rate} is not within 0.5 and 2")
        self._stretch = 1.0 / rate
        self._voice = FliteVoice(voice)
        # The voice's tables are read from disk by its first sentence: not while somebody waits for it.
        self._rate = self._voice.synthesise("Hello there, how are you today?").sample_rate

    @property
    def sample_rate(self) -> int:
        return self._rate

    def say(self, text: str) -> Speech:
        """The whole text, as loud as any other, from its first sound. Unspeakable text gives empty speech."""
        plain = speakable(text)
        made = self._voice.synthesise(plain, self._stretch) if plain else None
        if made is None:
            return Speech(np.zeros(0, dtype=np.int16), ())
        first, last = sounded_part(made.samples, made.sample_rate)
        return Speech(
            levelled(made.samples[first:last]),
            said_words(made.words, made.sample_rate, cut=first, length=last - first),
        )

    def close(self) -> None:
        """Nothing to give back: a registered voice lives as long as the process."""

"""A stage for the real runtime: scripted ears, a mouth of silence, a loudspeaker that counts. No sound, no
clock.

What a user says is an `Utterance`; the interaction model under test sees its words as a recogniser would
give them, and its voice as the floor would report it. What it did is written down, in ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from edge_duplex.audio.frames import FRAME_MS, Samples, frame_samples, silence
from edge_duplex.models.host import Past
from edge_duplex.models.interaction.model import InteractionModel, Parts, open_interaction
from edge_duplex.models.interaction.policy import policy as policy_of
from edge_duplex.models.interaction.protocols import Hypothesis, Speech
from edge_duplex.models.protocol import FloorReport, Note, Said, Word
from edge_duplex.skills.protocol import Answer, Due, Scene
from training.hearing import Utterance, voice_silence

RATE = 16000
FRAME = frame_samples(RATE)
PER_MS = RATE // 1000
SETTLE_MS = 800
"""Silence after which the ears call an utterance final."""


class ScriptedEars:
    """Gives the words of what was put in, as late and as wrong as they are."""

    def __init__(self) -> None:
        self.script: list[Utterance] = []

    def hear(self, frame: Samples, floor: FloorReport) -> Hypothesis:
        now = floor.now // PER_MS
        here = [u for u in self.script if u.voiced[0][0] <= now]
        words = tuple(
            Word(text, w.start * PER_MS, w.end * PER_MS)
            for u in here
            for w in u.words
            if w.seen <= now and (text := w.text if w.right <= now else w.first)
        )
        if here and now - max(max(u.settled, u.voiced[-1][1]) for u in here) >= SETTLE_MS:
            self.script = [u for u in self.script if u not in here]
            return Hypothesis(words, final=True)
        return Hypothesis(words)

    def close(self) -> None:
        return None


class SilentMouth:
    """Says everything in the time it takes to say it, without a sound."""

    sample_rate = RATE

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> Speech:
        self.said.append(text)
        words, at = [], 0
        for word in text.split():
            end = at + (110 + 45 * len(word)) * PER_MS
            words.append(Word(word, at, end))
            at = end
        return Speech(np.zeros(at + 80 * PER_MS if words else 0, dtype=np.int16), tuple(words))

    def close(self) -> None:
        return None


@dataclass
class RecordedSkills:
    """Answers every call with words of its own, and remembers what was asked and what came into effect."""

    text: Callable[[str, str], str] = lambda name, words: f"That is {name.replace('.', ' ')} {words}."
    asked: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    coming: list[tuple[datetime, Due]] = field(default_factory=list)

    def ask(self, name: str, words: str, scene: Scene) -> Answer:
        call = f"<call> {name} {words}".strip()
        self.asked.append(call)
        return Answer(self.text(name, words), {"words": words}, effect=lambda: self.done.append(call))

    def due(self, now: datetime) -> list[Due]:
        found = [due for when, due in self.coming if when <= now]
        self.coming = [(when, due) for when, due in self.coming if when > now]
        return found

    def memory(self) -> dict[str, Any]:
        return {"done": len(self.done)}

    def restore(self, memory: Mapping[str, Any]) -> None:
        return None


class Stage:
    """The model under test, and the room about it. `now` in ms."""

    def __init__(self, path: Path, policy: str = "model", past: Past | None = None) -> None:
        self.ears, self.mouth, self.skills = ScriptedEars(), SilentMouth(), RecordedSkills()
        start = datetime(2026, 1, 1, tzinfo=UTC)
        self.model: InteractionModel = open_interaction(
            path, Parts(self.ears, self.mouth, self.skills, policy_of(policy)), start, past or Past()
        )
        self.now = 0
        self.voiced: list[tuple[int, int]] = []
        self.turn, self.played, self.pending, self.cut = 0, 0, 0, 0
        self.started: list[int] = []
        """When the agent's sound began, each time, in ms."""
        self.yielded: list[int] = []
        self.notes: list[tuple[int, Note]] = []
        self.texts: list[tuple[int, str]] = []
        """(when, words) of every utterance or part begun."""
        self._on_its_way: list[tuple[int, Said]] = []
        self._sounding = False

    def says(self, utterance: Utterance) -> None:
        self.ears.script.append(utterance)
        self.voiced = sorted([*self.voiced[-8:], *utterance.voiced])

    @property
    def speaking(self) -> bool:
        return self.pending > 0

    def step(self) -> Said:
        """One frame: the loudspeaker plays what it has, the model hears, and what it says arrives by the
        next."""
        self.now += FRAME_MS
        self._play()
        voice, quiet = voice_silence(self.voiced, self.now)
        floor = FloorReport(
            self.now * PER_MS, self.turn, self.played, self.pending, voice * PER_MS,
            min(quiet, self.now) * PER_MS, self.cut,
        )  # fmt: skip
        said = self.model.step(silence(FRAME), floor)
        self._on_its_way.append((self.turn, said))
        self.notes += [(self.now, note) for note in said.notes]
        if said.words:
            self.texts.append((self.now, " ".join(word.text for word in said.words)))
        return said

    def _play(self) -> None:
        for turn, said in self._on_its_way:
            if turn != self.turn:
                continue
            if said.yields:
                if self.pending or self._sounding:
                    self.yielded.append(self.now)
                self.turn, self.cut, self.played, self.pending = self.turn + 1, self.played, 0, 0
                self._sounding = False
                continue
            self.pending += len(said.samples)
            if self.pending and not self._sounding:
                self._sounding = True
                self.started.append(self.now)
        self._on_its_way = []
        going = min(FRAME, self.pending)
        self.played, self.pending = self.played + going, self.pending - going
        self._sounding = self._sounding and self.pending > 0

    def run(self, until: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Step until `until` ms, or until `stop()`."""
        while self.now < until and not stop():
            self.step()

    def since(self, when: int, marks: Sequence[int]) -> int | None:
        """The first mark after `when`."""
        return next((mark for mark in marks if mark > when), None)

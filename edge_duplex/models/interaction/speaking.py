"""The agent's own voice: one utterance at a time, part after part, and what of it the user has heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edge_duplex.models.interaction.outbox import Outbox
from edge_duplex.models.interaction.protocols import Mouth
from edge_duplex.models.interaction.replies import Voice
from edge_duplex.models.protocol import FloorReport, Said, Word

SIGNS = ("Mm-hm.", "Right.", "I see.")
"""Said in turn while the user tells something."""


class Speaking:
    def __init__(self, mouth: Mouth) -> None:
        self._voice = Voice(mouth)
        self._outbox = Outbox(mouth.sample_rate)
        self._parts: list[str] = []
        self._heard: list[str] = []
        self._signs = 0
        self._fresh = False
        self.last_said = ""
        """What the user has heard of the last utterance."""

    def heard(self, floor: FloorReport) -> list[Word]:
        """The words played to their end since the last step, in samples of the session."""
        words = self._outbox.heard(floor)
        if words:
            if self._fresh:
                self._heard, self._fresh = [], False
            self._heard += [word.text for word in words]
            self.last_said = " ".join(self._heard)
        if not self._outbox.busy(floor) or self._outbox.flushing:
            self._parts = []
        return words

    def active(self, floor: FloorReport) -> bool:
        """The agent has the floor, or a share of it."""
        return self._outbox.speaking(floor)

    def free(self, floor: FloorReport) -> bool:
        """Nothing is being said, not even a sign of listening, and no flush is under way."""
        return not self._outbox.busy(floor) and not self._outbox.flushing

    def can_begin(self) -> bool:
        """Sound given now would be heard."""
        return not self._outbox.flushing

    def rehearse(self, part: str) -> None:
        """Make the sound of a part, to have it ready."""
        self._voice.say(part)

    def begin(self, parts: Sequence[str], floor: FloorReport) -> Said:
        """Start an utterance."""
        if not parts:
            return Said()
        self._parts = list(parts)
        words = self._outbox.begin(self._voice.say(self._parts.pop(0)))
        self._fresh = True
        return replace(self._outbox.take(floor, bool(self._parts)), words=words)

    def sign(self, floor: FloorReport) -> tuple[str, Said]:
        """Start a sign of listening: its text, and all of its sound."""
        text = SIGNS[self._signs % len(SIGNS)]
        self._signs += 1
        words = self._outbox.begin(self._voice.say(text), aside=True)
        return text, replace(self._outbox.take(floor, False), words=words)

    def go_on(self, floor: FloorReport) -> Said:
        """The next sound of the utterance under way, if there is one."""
        words: tuple[Word, ...] = ()
        if self._parts and self._outbox.wants_more:
            words = self._outbox.add(self._voice.say(self._parts.pop(0)))
        return replace(self._outbox.take(floor, bool(self._parts)), words=words)

    def yields(self) -> Said:
        self._parts = []
        self._outbox.yields()
        return Said(yields=True)

    def close(self) -> None:
        self._voice.close()

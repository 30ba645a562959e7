"""The scribe: puts together what the sound card did and what the model meant, into one timeline and one log.

The engine knows what was played but not a word of it; the model knows the words but not whether they were heard. The
scribe is told both, and lets an agent's word into the timeline when its last sample has left the loudspeaker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from edge_duplex.engine import Moment
from edge_duplex.events import Event
from edge_duplex.models.protocol import Note, Word
from edge_duplex.timeline import Timeline, played_words


class Scribe:
    """Pure. `tell` is given every event, in the order in which the program knew of them."""

    def __init__(self, sample_rate: int, tell: Callable[[Event], None]) -> None:
        self.timeline = Timeline()
        self.memory: dict[str, Any] = {}
        """What the model wants to be given back if it has to be started again."""
        self._rate = sample_rate
        self._tell = tell
        self._now = 0
        self._playing_to = 0
        self._turn = 0
        self._played = 0
        self._cut: dict[int, int] = {}
        self._unplayed: list[tuple[int, Word]] = []

    def moment(self, moment: Moment) -> None:
        """One block has been played and heard."""
        self._now = moment.now
        self._playing_to = moment.now + len(moment.said)
        if moment.turn != self._turn:
            self._cut[self._turn] = self._played
            self._turn = moment.turn
        self._played = moment.played
        # Words come between the start that let them out and the stop or yield that ended them.
        for event in moment.events:
            if event.name == "agent_start":
                self._tell(event)
        self._credit()
        for event in moment.events:
            if event.name != "agent_start":
                self._tell(event)

    def words(self, turn: int, words: Iterable[Word]) -> None:
        """The model has begun an utterance of these words, timed in samples of its turn."""
        self._unplayed += [(turn, word) for word in words]

    def note(self, note: Note) -> None:
        """The model has something for the log."""
        fields = dict(note.fields)
        if note.event == "memory":
            self.memory = fields
            return
        if note.event == "user_text":
            self._hear(fields)
        self.event(note.event, **fields)

    def event(self, name: str, /, **fields: Any) -> None:
        """Something that happened outside engine and model: a fault, the start, the end."""
        self._tell(Event(self._now / self._rate, name, fields))

    def _hear(self, fields: dict[str, Any]) -> None:
        """Take the timed words out of the note: the log has the text and when it began and ended, in seconds."""
        words = [Word(*word) for word in fields.pop("words", ())]
        if words:
            fields |= {"start": words[0].start / self._rate, "end": words[-1].end / self._rate}
        self.timeline.hear(words)
        if fields.get("final"):
            self.timeline.settle()

    def _credit(self) -> None:
        """Words of this turn that have been played to their end were said; words of a flushed turn never will be."""
        waiting = []
        for turn, word in self._unplayed:
            played = self._played if turn == self._turn else self._cut.get(turn, 0)
            if played_words([word], played):
                # A block is played while the next one is heard, so its sound ends a block after `now`.
                end = self._playing_to - (played - word.end) if turn == self._turn else self._now
                self.timeline.play(Word(word.text, end - (word.end - word.start), end))
                self._tell(Event(self._now / self._rate, "agent_text", {"text": word.text}))
            elif turn >= self._turn:
                waiting.append((turn, word))
        self._unplayed = waiting

"""What the interaction model knows of the conversation: the timeline it keeps, and its window on it as
tokens."""

from __future__ import annotations

from collections.abc import Callable

from edge_duplex.audio.frames import Samples
from edge_duplex.models.host import Past
from edge_duplex.models.interaction.context import Window
from edge_duplex.models.interaction.protocols import Ears, Hypothesis
from edge_duplex.models.protocol import FloorReport, Note, Word
from edge_duplex.timeline import Timeline, Who

KEPT_WORDS = 1000
"""Words of the timeline beyond which those outside the window are let go."""


def _user_text(belief: Hypothesis) -> Note:
    """For the log, and for the timeline of the audio process, which hands it back should this process die."""
    words = [(word.text, word.start, word.end) for word in belief.words]
    return Note("user_text", {"text": " ".join(w.text for w in belief.words), "final": belief.final, "words": words})


class Listening:
    def __init__(self, ears: Ears, token_ids: Callable[[str], list[int]], sample_rate: int, past: Past) -> None:
        self._ears = ears
        self._rate = sample_rate
        self._window = Window(token_ids, sample_rate)
        self._timeline = Timeline(past.spoken)
        self._open: tuple[Word, ...] = ()
        self._answered = max((word.end for word in past.spoken), default=-1)
        self._last_user_word = -1
        self._due = False
        self._word_at = 0
        self._tokens: list[int] | None = None

    def hear(self, frame: Samples, floor: FloorReport) -> list[Note]:
        """One frame; notes what is believed to have been said where that has changed."""
        belief = self._ears.hear(frame, floor)
        notes = []
        texts = [word.text for word in belief.words]
        if texts != [word.text for word in self._open]:
            self._word_at, self._tokens = floor.now, None
            if texts and not belief.final:
                notes.append(_user_text(belief))
        if belief.words != self._open or belief.final:
            self._timeline.hear(belief.words)
            self._open = belief.words
        if belief.words:
            self._last_user_word = max(self._last_user_word, belief.words[-1].end)
        if belief.final:
            self._timeline.settle()
            self._open, self._tokens = (), None
            if texts:
                notes.append(_user_text(belief))
        return notes

    def played(self, words: list[Word]) -> None:
        """The agent's words have been heard, in samples of the session."""
        for word in words:
            self._timeline.play(word)
            self._tokens = None

    def cue(self, now: int, label: str) -> None:
        """Something has come due."""
        self._timeline.cue(now, label)
        self._due, self._tokens = True, None

    def answered(self, now: int) -> None:
        """What was said up to `now` is being answered."""
        self._answered, self._due = now, False

    @property
    def unanswered(self) -> bool:
        return self._due or self._last_user_word > self._answered

    @property
    def unanswered_words(self) -> list[str]:
        """What the user has said since the agent last began to speak."""
        return [w.text for w in self._timeline.spoken if w.who is Who.USER and w.end > self._answered]

    def since_word_ms(self, now: int) -> float:
        """How long ago the user's words last changed."""
        return (now - self._word_at) * 1000 / self._rate

    def tokens(self) -> list[int]:
        """The trunk."""
        if self._tokens is None:
            spoken = self._timeline.spoken
            self._tokens = self._window.tokens(spoken)
            if len(spoken) > KEPT_WORDS:
                self._let_go()
        return self._tokens

    def _let_go(self) -> None:
        still_open = self._timeline.open
        kept = [w for w in self._timeline.spoken if w.end > self._window.since and w not in still_open]
        self._timeline = Timeline(kept)
        self._timeline.hear(self._open)

    def close(self) -> None:
        self._ears.close()

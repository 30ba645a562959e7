"""Who decides when to speak and when to give way: the trained model, or a plain rule to compare it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from edge_duplex.errors import ConfigError
from edge_duplex.models.interaction.prompt import Action, Status

WORDLESS_MS = 480
"""Voice over the agent may be an interruption after this long, though no word of it has been recognised yet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision may rest on."""

    status: Status
    voice_ms: float
    """Length of the user's present run of voice; 0 in silence."""
    silence_ms: float
    unanswered: bool
    """The user has said words, or something has come due, since the agent last began to speak."""

    def legal(self, action: Action) -> bool:
        """What can be done at all: nobody yields who is silent, or over whom nothing has been said; nobody speaks who
        is speaking already, or has nothing to answer."""
        if action is Action.WAIT:
            return True
        if action is Action.YIELD:
            return self.status.agent_speaks and (self.unanswered or self.voice_ms >= WORDLESS_MS)
        if action is Action.BACKCHANNEL:
            return not self.status.agent_speaks and self.unanswered
        return not self.status.agent_speaks and not self.status.voice and self.unanswered


Scores = Callable[[Status], Mapping[Action, float]]
"""The model's probability of each action at a status on the present trunk."""


class Policy(Protocol):
    def decide(self, moment: Moment, scores: Scores) -> Action:
        """Always a legal action."""
        ...

    def worth_preparing(self, moment: Moment, scores: Scores) -> bool:
        """Whether a reply may be wanted soon."""
        ...


@dataclass(slots=True)
class ModelPolicy:
    """What the model finds likelier than a threshold.

    A yield the model is not sure of has to be found in two steps running: the first word a recogniser believes in is
    often another one a frame later ("the" was the beginning of "uh-huh"), and what is given up cannot be taken back.
    """

    speak: float = 0.4
    yields: float = 0.5
    sure: float = 0.9
    backchannel: float = 0.5
    prepare: float = 0.1
    """Write the reply ahead if, were the user to stop now, it would be wanted with this probability."""
    _yielding: bool = False
    """A yield was found in the step before."""

    def decide(self, moment: Moment, scores: Scores) -> Action:
        was_yielding, self._yielding = self._yielding, False
        if not moment.status.agent_speaks and not moment.unanswered:
            return Action.WAIT
        found = scores(moment.status)
        if moment.legal(Action.YIELD) and found[Action.YIELD] > self.yields:
            if was_yielding or found[Action.YIELD] > self.sure:
                return Action.YIELD
            self._yielding = True
            return Action.WAIT
        for action, threshold in (
            (Action.SPEAK, self.speak),
            (Action.DELEGATE, self.speak),
            (Action.BACKCHANNEL, self.backchannel),
        ):
            if found[action] > threshold and moment.legal(action):
                return action
        return Action.WAIT

    def worth_preparing(self, moment: Moment, scores: Scores) -> bool:
        if not moment.unanswered:
            return False
        soon = Status(voice=False, ms=160, agent_speaks=False)
        here = Status(voice=False, ms=moment.status.ms, agent_speaks=False) if not moment.status.voice else soon
        return max(scores(soon)[Action.SPEAK], scores(here)[Action.SPEAK]) > self.prepare


@dataclass(frozen=True, slots=True)
class VadPolicy:
    """Silence is the end of a turn, voice is an interruption: what most assistants do."""

    reply_after_ms: float = 500.0
    yield_after_ms: float = 500.0

    def decide(self, moment: Moment, scores: Scores) -> Action:
        if moment.legal(Action.YIELD) and moment.voice_ms >= self.yield_after_ms:
            return Action.YIELD
        if moment.legal(Action.SPEAK) and moment.silence_ms >= self.reply_after_ms:
            return Action.SPEAK
        return Action.WAIT

    def worth_preparing(self, moment: Moment, scores: Scores) -> bool:
        return moment.unanswered


def policy(name: str, vad_silence_ms: float = 500.0) -> Policy:
    """ "model", or "vad", which answers after that much silence. Raises ConfigError for any other name."""
    if name == "model":
        return ModelPolicy()
    if name == "vad":
        return VadPolicy(reply_after_ms=vad_silence_ms)
    raise ConfigError(f"there is no policy {name!r}; --policy takes model or vad")

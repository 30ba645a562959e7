"""The interaction model: ears in, mouth out, and a small language model in between that decides at every
step.

One step: hear; credit the agent's words that were played; look at what has come due; read the trunk;
decide; write a reply ahead on a fork, or begin to play it. The timeline holds what was heard and what was
really said, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from edge_duplex.audio.frames import Samples
from edge_duplex.models.host import Past
from edge_duplex.models.interaction.brain import Brain
from edge_duplex.models.interaction.listening import Listening
from edge_duplex.models.interaction.policy import Moment, Policy
from edge_duplex.models.interaction.prompt import Action, status
from edge_duplex.models.interaction.protocols import Ears, Mouth
from edge_duplex.models.interaction.replies import Asked, Prepared, prepare
from edge_duplex.models.interaction.speaking import Speaking
from edge_duplex.models.llama import Llama
from edge_duplex.models.protocol import FloorReport, Note, Said
from edge_duplex.skills.protocol import Due, Scene

WRITE_AHEAD = 16
"""Tokens of a reply written ahead in one step."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an interaction model is put together from."""

    ears: Ears
    mouth: Mouth
    skills: Asked
    policy: Policy


def open_interaction(path: Path, parts: Parts, clock_start: datetime, past: Past) -> InteractionModel:
    """Load the model at `path`. `clock_start`: the wall-clock time of sample 0, with its time zone.

    Raises ModelError for a file that is missing, damaged or of another kind.
    """
    return InteractionModel(Brain(Llama(path)), parts, clock_start, past)


class InteractionModel:
    """A `DuplexModel`. Hears and says at the mouth's sample rate, which must be the ears'."""

    def __init__(self, brain: Brain, parts: Parts, clock_start: datetime, past: Past) -> None:
        self._brain, self._skills, self._policy = brain, parts.skills, parts.policy
        self._rate = parts.mouth.sample_rate
        self._listening = Listening(parts.ears, brain.token_ids, self._rate, past)
        self._speaking = Speaking(parts.mouth)
        self._clock_start = clock_start
        self._waiting: list[Due] = []
        self._cued: list[Due] = []
        self._prepared: Prepared | None = None
        if past.memory:
            parts.skills.restore(past.memory)
        self._memory = parts.skills.memory()

    @property
    def sample_rate(self) -> int:
        return self._rate

    def step(self, heard: Samples, floor: FloorReport) -> Said:
        notes = self._listening.hear(heard, floor)
        self._listening.played(self._speaking.heard(floor))
        self._look_at_the_clock(floor)
        if self._brain.read(self._listening.tokens()):
            self._prepared = None
        moment = self._moment(floor)
        said = self._act(self._policy.decide(moment, self._brain.scores), moment, floor, notes)
        notes += self._memory_note()
        return replace(said, notes=tuple(notes))

    def _moment(self, floor: FloorReport) -> Moment:
        voice, silence = (samples * 1000 / self._rate for samples in (floor.voice, floor.silence))
        seen = status(voice, silence, self._speaking.active(floor), self._listening.since_word_ms(floor.now))
        return Moment(seen, voice, silence, self._listening.unanswered)

    def _time(self, floor: FloorReport) -> datetime:
        return self._clock_start + timedelta(seconds=floor.now / self._rate)

    def _look_at_the_clock(self, floor: FloorReport) -> None:
        """What has come due waits until the agent is silent, and then is put before the model."""
        self._waiting += self._skills.due(self._time(floor))
        if self._waiting and self._speaking.free(floor):
            for due in self._waiting:
                self._listening.cue(floor.now, due.label)
            self._cued += self._waiting
            self._waiting = []

    def _act(self, action: Action, moment: Moment, floor: FloorReport, notes: list[Note]) -> Said:
        if action is Action.YIELD:
            return self._speaking.yields()
        if action in (Action.SPEAK, Action.DELEGATE) and self._speaking.can_begin():
            return self._speak(floor, notes)
        if action is Action.BACKCHANNEL and self._speaking.free(floor):
            text, said = self._speaking.sign(floor)
            notes.append(Note("backchannel", {"text": text}))
            return said
        if self._policy.worth_preparing(moment, self._brain.scores):
            self._prepare(floor, WRITE_AHEAD)
        return self._speaking.go_on(floor)

    def _prepare(self, floor: FloorReport, tokens: int) -> Prepared | None:
        """Write on at the reply; once it is there, ask the skill and make the first sound. None: not there
        yet."""
        if self._prepared is not None:
            return self._prepared
        if not self._brain.writing:
            self._brain.begin(self._listening.unanswered_words)
        if not self._brain.write(tokens):
            return None
        scene = Scene(self._time(floor), self._speaking.last_said)
        self._prepared = prepare(self._brain.reply, self._cued, self._skills, scene)
        if self._prepared.parts:
            self._speaking.rehearse(self._prepared.parts[0])
        return self._prepared

    def _speak(self, floor: FloorReport, notes: list[Note]) -> Said:
        """Begin the reply: only now does it have an effect."""
        reply = self._prepare(floor, tokens=10**6)
        assert reply is not None
        if reply.answer is not None:
            reply.answer.effect()
            fields = {"name": reply.skill, "args": dict(reply.answer.args), "result": reply.answer.result}
            notes.append(Note("skill", fields))
        self._cued, self._prepared = [], None
        self._listening.answered(floor.now)
        return self._speaking.begin(reply.parts, floor)

    def _memory_note(self) -> list[Note]:
        memory = self._skills.memory()
        if memory == self._memory:
            return []
        self._memory = memory
        return [Note("memory", memory)]

    def close(self) -> None:
        self._listening.close()
        self._speaking.close()
        self._brain.close()
